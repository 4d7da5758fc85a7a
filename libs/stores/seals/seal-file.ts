import { createReadStream, existsSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Refusal, type SealSink } from '@waymark/core/kernel';

const LINE_END = 10;
/** Number of bytes to read at a time from the end of the file. */
const CHUNK = 64 * 1_024;

/**
 * Stores seals as lines of a file that only its owner may read; created with the first seal. Lines are only
 * appended, each with the number after that of the last one.
 */
export const sealFile = (file: string): SealSink => ({
  write: async (number, line) => {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const kept = await open(file, 'a+', 0o600);
    try {
      await dropUnfinished(kept);
      const last = await lastLineOf(file);
      if (last === line) return;
      requireNext(number, last);
      await kept.appendFile(`${line}\n`);
      await kept.sync();
    } finally {
      await kept.close();
    }
  },
  lines: () => linesOf(file),
});

async function lastLineOf(file: string): Promise<string | undefined> {
  let last: string | undefined;
  for await (const line of linesOf(file)) last = line;
  return last;
}

/** Refuse a seal that is not the one after the last. */
function requireNext(number: number, last: string | undefined): void {
  const before = last === undefined ? 0 : numberIn(last);
  if (number <= before)
    throw new Refusal(
      'SEAL_EXISTS',
      'The file of seals already holds another seal with this number. Nothing is overwritten: move the file elsewhere, and start a new series with `waymark seal --anew`.',
    );
  if (number > before + 1)
    throw new Refusal(
      'SEALS_LOST',
      'The file of seals lacks earlier seals. Put them back from another place, or copy them to a file that was added to WAYMARK_SEALS.',
    );
}

function numberIn(line: string): number {
  try {
    const { number } = JSON.parse(line) as { readonly number?: unknown };
    if (Number.isInteger(number)) return number as number;
  } catch {
    // Refused below.
  }
  throw new Refusal(
    'SEALS_UNREADABLE',
    'The last line in the file of seals is not a seal. Put the file back from another place.',
  );
}

/** Remove an incomplete last line, left by a writer that died. It was never acknowledged. */
async function dropUnfinished(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  let end = size;
  while (end > 0) {
    const start = Math.max(0, end - CHUNK);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    const last = buffer.subarray(0, bytesRead).lastIndexOf(LINE_END);
    end = last === -1 ? start : start + last + 1;
    if (last !== -1) break;
  }
  if (end < size) await file.truncate(end);
}

/** The complete lines of a file; none if the file does not exist. */
export async function* linesOf(file: string): AsyncGenerator<string, void, undefined> {
  if (!existsSync(file)) return;
  const text = createReadStream(file, 'utf8');
  let incomplete = '';
  for await (const chunk of text as AsyncIterable<string>) {
    const lines = (incomplete + chunk).split('\n');
    incomplete = lines.pop() ?? '';
    yield* lines;
  }
}
