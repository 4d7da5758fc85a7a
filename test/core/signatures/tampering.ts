import { isUtf8 } from 'node:buffer';
import { createHash, randomUUID } from 'node:crypto';
import { type EventStore, type LogStore, type NewEvent, START, StreamDamaged } from '@waymark/core/kernel';
import { chained, chaining, type TamperingKind, verifyLog, type VerifyOptions } from '@waymark/core/log';
import { newEvent } from '../../support/events';

/** An event as stored bytes. */
export interface Bytes {
  readonly stream: Buffer;
  readonly revision: number;
  readonly position: number;
  readonly id: Buffer;
  readonly type: Buffer;
  readonly data: Buffer;
  readonly metadata: Buffer;
}

export type Field = 'stream' | 'id' | 'type' | 'data' | 'metadata';

/** A manipulated log, and the expected finding. */
export interface Tampered {
  readonly log: readonly Bytes[];
  /** Description for failure messages. */
  readonly what: string;
  /** Any of these findings is acceptable. */
  readonly kinds: readonly TamperingKind[];
  /** Expected position of the finding. */
  readonly position?: number;
  /** The chains of the manipulated log hold. */
  readonly chainsHold?: boolean;
}

type Random = () => number;

const below = (random: Random, limit: number): number => Math.floor(random() * limit);

/** The same log with some events changed. */
const but = (log: readonly Bytes[], others: Readonly<Record<number, Partial<Bytes>>>): Bytes[] =>
  log.map((event, at) => ({ ...event, ...others[at] }));

/** The text with one byte changed. */
function flipped(text: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(text);
  const at = below(random, bytes.length);
  bytes[at] = bytes[at]! ^ (1 + below(random, 255));
  return bytes;
}

/** A different id of the same form: some stores accept only UUIDs. */
function otherId(id: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(id);
  const at = below(random, 8);
  bytes[at] = '0123456789abcdef'.charCodeAt(
    (Number.parseInt(String.fromCharCode(bytes[at]!), 16) + 1 + below(random, 15)) % 16,
  );
  return bytes;
}

const FIELDS: readonly Field[] = ['stream', 'id', 'type', 'data', 'metadata'];

function flip(log: readonly Bytes[], random: Random): Tampered {
  const at = below(random, log.length);
  const field = FIELDS[below(random, FIELDS.length)]!;
  const event = log[at]!;
  const bytes = field === 'id' ? otherId(event.id, random) : flipped(event[field], random);
  // Servers reserve this prefix: such an event disappears from the log.
  const system = (field === 'stream' || field === 'type') && bytes[0] === 0x24;
  return {
    log: but(log, { [at]: { [field]: bytes } }),
    what: `a byte of the ${field} of event ${String(at)}: ${event[field].toString()} → ${bytes.toString()}`,
    kinds: system ? ['CHANGED', 'REMOVED', 'CUT'] : ['CHANGED'],
    ...(!system && { position: event.position }),
  };
}

function remove(log: readonly Bytes[], random: Random): Tampered {
  const at = below(random, log.length);
  const next = log[at + 1];
  return {
    log: log.filter((_, index) => index !== at),
    what: `event ${String(at)} removed`,
    kinds: [next ? 'REMOVED' : 'CUT'],
    ...(next && { position: next.position }),
  };
}

/** Two indexes in ascending order. */
function two(log: readonly Bytes[], random: Random): readonly [number, number] {
  const one = below(random, log.length);
  const other = (one + 1 + below(random, log.length - 1)) % log.length;
  return [Math.min(one, other), Math.max(one, other)];
}

function swapOrder(log: readonly Bytes[], random: Random): Tampered {
  const [one, other] = two(log, random);
  const [a, b] = [log[one]!, log[other]!];
  return {
    log: but(log, { [one]: { ...b, position: a.position }, [other]: { ...a, position: b.position } }),
    what: `events ${String(one)} and ${String(other)} swapped`,
    kinds: ['REORDERED'],
    position: a.position,
  };
}

function swapContent(log: readonly Bytes[], random: Random): Tampered {
  const [one, other] = two(log, random);
  const content = ({ id, type, data, metadata }: Bytes): Partial<Bytes> => ({ id, type, data, metadata });
  return {
    log: but(log, { [one]: content(log[other]!), [other]: content(log[one]!) }),
    what: `the contents of events ${String(one)} and ${String(other)} swapped`,
    kinds: ['CHANGED'],
    position: log[one]!.position,
  };
}

function cut(log: readonly Bytes[], random: Random): Tampered {
  const left = below(random, log.length);
  return { log: log.slice(0, left), what: `cut after ${String(left)} events`, kinds: ['CUT'] };
}

/** A made-up event whose chain holds: the attacker knows how events are chained. */
function forged(position: number, random: Random): Bytes {
  const stream = `journey-${createHash('md5').update(String(random())).digest('hex')}`;
  const [event] = chained(stream, { revision: -1, hash: '' }, [
    { ...newEvent('NoteTaken'), id: randomUUID() },
  ]);
  return { ...bytesOf(event!), stream: Buffer.from(stream), revision: 0, position };
}

const bytesOf = ({
  id,
  type,
  data,
  metadata,
}: NewEvent): Omit<Bytes, 'stream' | 'revision' | 'position'> => ({
  ...{ id: Buffer.from(id), type: Buffer.from(type) },
  ...{ data: Buffer.from(JSON.stringify(data)), metadata: Buffer.from(JSON.stringify(metadata)) },
});

function insert(log: readonly Bytes[], random: Random): Tampered {
  const at = below(random, log.length);
  const event = forged(log[at]!.position - 1, random);
  return {
    log: log.toSpliced(at, 0, event),
    what: `an event inserted before event ${String(at)}`,
    kinds: ['INSERTED'],
    position: event.position,
  };
}

/** A position that only reads of the stream would reach. */
export function insertOutside(log: readonly Bytes[], random: Random): Tampered {
  const event = forged(-1 - below(random, 1_000), random);
  return {
    log: [event, ...log],
    what: `an event inserted at position ${String(event.position)}`,
    kinds: ['HIDDEN'],
    position: event.position,
  };
}

function repeat(log: readonly Bytes[], random: Random): Tampered {
  const [from, at] = [below(random, log.length), below(random, log.length + 1)];
  const position = at === log.length ? log.at(-1)!.position + 1 : log[at]!.position - 1;
  return {
    log: log.toSpliced(at, 0, { ...log[from]!, position }),
    what: `event ${String(from)} repeated before event ${String(at)}`,
    kinds: ['INSERTED', 'REORDERED'],
  };
}

function move(log: readonly Bytes[], random: Random): Tampered {
  const [one, other] = two(log, random);
  const moved = [...log.toSpliced(one, 1).slice(0, other), log[one]!, ...log.slice(other + 1)];
  return {
    log: moved.map((event, at) => ({ ...event, position: log[at]!.position })),
    what: `event ${String(one)} moved behind event ${String(other)}`,
    kinds: ['REORDERED'],
    position: log[one]!.position,
  };
}

function renumber(log: readonly Bytes[], random: Random): Tampered {
  const at = below(random, log.length);
  const { revision, position } = log[at]!;
  const other = (revision + 1 + below(random, 5)) % 7;
  return {
    log: but(log, { [at]: { revision: other === revision ? revision + 7 : other } }),
    what: `event ${String(at)} renumbered`,
    kinds: ['CHANGED'],
    position,
  };
}

/** Replace an event and chain the rest of its stream anew. Only seals show this. */
function rewriteStream(log: readonly Bytes[], random: Random): Tampered {
  const at = below(random, log.length);
  const stream = log[at]!.stream.toString();
  const places = [...log.keys()].filter((place) => log[place]!.stream.equals(log[at]!.stream));
  const events = places.map((place) => ({
    ...{ id: log[place]!.id.toString(), type: log[place]!.type.toString() },
    data: (place === at ? { n: random() } : JSON.parse(log[place]!.data.toString())) as object,
    metadata: JSON.parse(log[place]!.metadata.toString()) as NewEvent['metadata'],
  }));
  const rechained = chained(stream, { revision: -1, hash: '' }, events).map(bytesOf);
  return {
    log: but(log, Object.fromEntries(places.map((place, index) => [place, rechained[index]!]))),
    what: `event ${String(at)} replaced, and its stream chained anew`,
    kinds: ['CHANGED', 'CUT'],
    position: log[at]!.position,
    chainsHold: true,
  };
}

/** Ways to manipulate a log, by whether hash chains show them without a seal. */
export const ways = {
  always: { flip, swapContent, renumber, repeat },
  sometimes: { remove, swapOrder, move },
  never: { cut, insert, rewriteStream },
} as const;

const everyWay = [...Object.values(ways).flatMap(Object.values), flip, flip] as readonly Way[];

type Way = (log: readonly Bytes[], random: Random) => Tampered;

/** A sealed log, and a way to rewrite it that leaves no trace. */
interface Attacked {
  readonly log: readonly Bytes[];
  readonly rewrite: (log: readonly Bytes[]) => void;
  readonly store: LogStore;
  readonly seals: VerifyOptions;
  /** Further ways that this store permits. */
  readonly more?: readonly Way[];
}

/**
 * Manipulate a log at random. Expect that each fault is found, that the original log has none, and that each
 * stream is refused or has the same events for those who read the stream and those who read the log.
 */
export async function expectEveryFaultFound(
  trials: number,
  random: Random,
  { log, rewrite, store, seals, more = [] }: Attacked,
): Promise<void> {
  const untouched = {
    events: log.length,
    seals: 3,
    sealed: log.length,
    unsealed: { events: 0 },
    unchained: 0,
    hidden: [],
  };
  rewrite(log);
  const original = await eventsByStream(store);
  const reader = chaining(store);
  for (let trial = 0; trial < trials; trial += 1) {
    const way = [...everyWay, ...more][below(random, everyWay.length + more.length)]!;
    const { log: changed, what, kinds, position, chainsHold = false } = way(log, random);
    rewrite(changed);
    const { fault } = await verifyLog(store, seals);
    expect([what, kinds]).toEqual([what, expect.arrayContaining([fault?.kind])]);
    if (position !== undefined) expect([what, fault?.position]).toEqual([what, position]);
    // A stream whose name is not text cannot be asked for.
    const names = new Set(changed.flatMap(({ stream }) => (isUtf8(stream) ? stream.toString() : [])));
    await expectSameForAll(reader, names, what, chainsHold ? undefined : original);
    if (trial % 100 > 0) continue;
    rewrite(log);
    expect(await verifyLog(store, seals)).toEqual(untouched);
    for (const [name, events] of original) expect(await read(reader, name)).toEqual(events);
  }
}

/** Expect that a stream that can be read has the events that the log has, and the beginning of those it had. */
async function expectSameForAll(
  log: EventStore,
  names: ReadonlySet<string>,
  what: string,
  original?: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const inLog = await eventsByStream(log);
  for (const name of names) {
    const events = await read(log, name);
    if (events === 'refused') continue;
    expect([what, name, events]).toEqual([what, name, inLog.get(name) ?? []]);
    const had = original?.get(name);
    if (had) expect([what, name, events]).toEqual([what, name, had.slice(0, events.length)]);
  }
}

/** The events of a stream as commands get them, or that they are refused. */
async function read(log: EventStore, name: string): Promise<readonly string[] | 'refused'> {
  try {
    const events = await log.readStream(name);
    return events.map(({ id, revision, data }) => `${String(revision)} ${id} ${JSON.stringify(data)}`);
  } catch (error) {
    expect(error).toBeInstanceOf(StreamDamaged);
    return 'refused';
  }
}

/** The events of the whole log by stream, in order. */
async function eventsByStream(log: EventStore): Promise<ReadonlyMap<string, readonly string[]>> {
  const { events } = await log.readStored(START, 10_000);
  const streams = new Map<string, string[]>();
  for (const { stream, revision, id, data } of events)
    streams.set(stream, [...(streams.get(stream) ?? []), `${String(revision)} ${id} ${data}`]);
  return streams;
}

/** Manipulate a log that is not sealed. Returns how many of the trials the hash chains show. */
export async function foundWithoutSeals(
  way: Way,
  trials: number,
  random: Random,
  { log, rewrite, store }: Omit<Attacked, 'seals'>,
): Promise<number> {
  let found = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    rewrite(way(log, random).log);
    if ((await verifyLog(store)).fault) found += 1;
  }
  return found;
}
