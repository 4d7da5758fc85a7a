import type { AllStreamRecordedEvent } from '@eventstore/db-client';
import { type HiddenPart, START, StreamDamaged } from '@waymark/core/kernel';
import type { AppendLimits } from './appender';
import { withRetries } from './calls';
import type { Connection } from './connection';
import { positionOf } from './events';
import { readAll, readFrom, readStream } from './reads';

const METADATA = '$$';

/**
 * The streams of which the server hides the beginning or everything, in order of their names: they were deleted,
 * or their metadata limit what is read (`$tb`, `$maxCount`, `$maxAge`). Reads the whole log for the metadata and
 * tombstones, and then the first event of each stream that has one.
 */
export async function hiddenStreams(
  connection: Connection,
  limits: AppendLimits,
  isStopped: () => boolean,
): Promise<HiddenPart[]> {
  const reading = <T>(work: () => Promise<T>): Promise<T> => withRetries(limits, work, isStopped);
  const found = new Set<string>();
  for (let [after, more] = [START, true]; more;) {
    const options = { fromPosition: readFrom(after), maxCount: limits.page };
    const page = await reading(() => readAll(connection, options, limits.deadline));
    for (const event of page) {
      const stream = streamWithMetadata(event);
      if (stream !== undefined && !stream.startsWith('$')) found.add(stream);
    }
    // Each page begins with the last event of the page before it.
    const last = page.at(-1);
    more = page.length === limits.page && last !== undefined && positionOf(last) > after;
    after = last ? positionOf(last) : after;
  }
  const hidden: HiddenPart[] = [];
  for (const stream of [...found].sort()) {
    const part = await reading(() => hiddenPart(connection, stream, limits.deadline));
    if (part) hidden.push(part);
  }
  return hidden;
}

/** The stream that an event of the server sets metadata of or deletes. */
function streamWithMetadata({ type, streamId }: AllStreamRecordedEvent): string | undefined {
  if (type === '$metadata' && streamId.startsWith(METADATA)) return streamId.slice(METADATA.length);
  return type === '$streamDeleted' ? streamId : undefined;
}

async function hiddenPart(
  connection: Connection,
  stream: string,
  silence: number,
): Promise<HiddenPart | undefined> {
  try {
    const options = { direction: 'forwards', fromRevision: 'start', maxCount: 1 } as const;
    const [first] = await readStream(connection, stream, options, silence);
    const revision = Number(first?.revision ?? 0);
    return revision === 0 ? undefined : { what: 'cut', stream, revision };
  } catch (error) {
    if (!(error instanceof StreamDamaged)) throw error;
    return { what: 'deleted', stream };
  }
}
