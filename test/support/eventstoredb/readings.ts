import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { ReadReq, type ReadResp } from '@eventstore/db-client/generated/streams_pb';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { Kept, Log } from './log';
import type { Node } from './node';
import * as wire from './wire';

/** Maximum number of events that a filter scans by default. */
const WINDOW = 32;
/** How early 'early' checkpoints are, in milliseconds. */
const EARLY = 20;

/** A client that is being sent the results of a read, and when it disconnects. */
export interface Reader {
  readonly call: ServerWritableStream<ReadReq, ReadResp>;
  readonly gone: Promise<unknown>;
}

export async function readStream({ log }: Node, reader: Reader, options: ReadReq.Options): Promise<void> {
  const from = options.getStream()!;
  const name = wire.nameIn(from.getStreamIdentifier());
  let stream: readonly Kept[] | undefined;
  try {
    stream = log.visible(name);
  } catch {
    throw wire.deletedStream(name);
  }
  if (!stream) {
    await send(reader, wire.notFound(name));
    return;
  }
  const first = stream[0]!.revision;
  const last = stream.length - 1;
  const start = from.hasStart() ? 0 : from.hasEnd() ? last : Number(from.getRevision()) - first;
  await sendFrom(reader, options, stream, backwards(options) ? Math.min(start, last) : Math.max(start, 0));
}

export async function readAll(node: Node, reader: Reader, options: ReadReq.Options): Promise<void> {
  const { log, considered } = node;
  const from = options.getAll()!;
  const end = log.events.length - 1;
  const start = from.hasStart()
    ? 0
    : from.hasEnd()
      ? end
      : log.indexOf(Number(from.getPosition()!.getCommitPosition()));
  const passes = wire.filterIn(options);
  await sendFrom(reader, options, log.events, start, (event) => {
    considered.readings += 1;
    return passes(event);
  });
}

const backwards = (options: ReadReq.Options): boolean =>
  options.getReadDirection() === ReadReq.Options.ReadDirection.BACKWARDS;

/** Send matching events from an index, in the requested direction and up to the requested number. */
async function sendFrom(
  reader: Reader,
  options: ReadReq.Options,
  events: readonly Kept[],
  start: number,
  passes: (event: Kept) => boolean = () => true,
): Promise<void> {
  const step = backwards(options) ? -1 : 1;
  let left = Number(options.getCount());
  for (let at = start; left > 0 && !reader.call.cancelled; at += step) {
    const event = events[at];
    if (!event) return;
    if (!passes(event)) continue;
    await send(reader, wire.read(event));
    left -= 1;
  }
}

/** Send all events after a position that match a filter, including future ones, with checkpoints in between. */
export async function subscribe(node: Node, reader: Reader, options: ReadReq.Options): Promise<void> {
  const { log, faults, considered } = node;
  const from = options.getAll()!;
  const filter = options.getFilter();
  const passes = wire.filterIn(options);
  const window = filter?.hasMax() ? filter.getMax() : WINDOW;
  const interval = filter ? filter.getCheckpointintervalmultiplier() * window : Infinity;
  let at = from.hasStart()
    ? 0
    : from.hasEnd()
      ? log.events.length
      : log.indexOf(Number(from.getPosition()!.getCommitPosition()) + 1);
  await send(reader, wire.confirmation(randomUUID()));
  for (let count = 0, told = false; !reader.call.cancelled;) {
    const event = log.events[at];
    if (!event) {
      if (!told) await send(reader, wire.caughtUp());
      told = true;
      node.happenings.emit('caughtUp');
      await moreThan(log, at, reader);
      continue;
    }
    at += 1;
    count += 1;
    considered.subscriptions += 1;
    if (passes(event)) {
      if (faults.checkpoints === 'early') {
        await send(reader, wire.checkpoint(log.events.at(-1)!.position));
        await delay(EARLY);
      }
      await send(reader, wire.read(event));
      if (faults.checkpoints === 'stale') await send(reader, wire.checkpoint(log.events[0]!.position));
    }
    if (count % interval === 0) await send(reader, wire.checkpoint(event.position));
  }
}

/** Wait until the log has more than `count` events, or the reader has disconnected. */
async function moreThan(log: Log, count: number, { gone }: Reader): Promise<void> {
  if (log.events.length > count) return;
  let leave: () => void;
  const grown = new Promise<void>((resolve) => (leave = log.whenGrown(resolve)));
  await Promise.race([grown, gone.then(() => leave())]);
}

/** Send a message, and wait until there is room for more. */
async function send({ call, gone }: Reader, response: ReadResp): Promise<void> {
  if (!call.write(response)) await Promise.race([once(call, 'drain'), gone]);
}
