import { createReadStream, existsSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SealSink } from '@waymark/core/kernel';

const LINE_END = 10;
/** Bytes of the file's end to look through at once. */
const CHUNK = 64 * 1_024;

/** Seals as the lines of a file that only its owner may read; begun with the first. */
export const sealFile = (file: string): SealSink => ({
  keep: async (_number, line) => {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const kept = await open(file, 'a+', 0o600);
    try {
      await dropUnfinished(kept);
      await kept.appendFile(`${line}\n`);
      await kept.sync();
    } finally {
      await kept.close();
    }
  },
  lines: () => linesOf(file),
});

/** What was being written when its writer died was never kept. */
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

/** The whole lines of a file; none where it is not there. */
export async function* linesOf(file: string): AsyncGenerator<string, void, undefined> {
  if (!existsSync(file)) return;
  const text = createReadStream(file, 'utf8');
  let begun = '';
  for await (const chunk of text as AsyncIterable<string>) {
    const lines = (begun + chunk).split('\n');
    begun = lines.pop() ?? '';
    yield* lines;
  }
}
