import { createHash, randomUUID } from 'node:crypto';
import { chained, type TamperingKind, type verifyLog } from '@waymark/core/log';
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

/** The attacker knows how events are chained. */
function insert(log: readonly Bytes[], random: Random): Tampered {
  const at = below(random, log.length);
  const before = log[at]!;
  const stream = `journey-${createHash('md5').update(String(random())).digest('hex')}`;
  const [forged] = chained(stream, { revision: -1, hash: '' }, [
    { ...newEvent('NoteTaken'), id: randomUUID() },
  ]);
  const bytes = {
    ...{ stream: Buffer.from(stream), revision: 0, position: before.position - 1 },
    ...{ id: Buffer.from(forged!.id), type: Buffer.from(forged!.type) },
    ...{
      data: Buffer.from(JSON.stringify(forged!.data)),
      metadata: Buffer.from(JSON.stringify(forged!.metadata)),
    },
  };
  return {
    log: [...log.slice(0, at), bytes, ...log.slice(at)],
    what: `an event inserted before event ${String(at)}`,
    kinds: ['INSERTED'],
    position: bytes.position,
  };
}

const ways = [flip, flip, flip, remove, swapOrder, swapContent, cut, insert];

/** A random manipulation of a log whose positions have gaps. */
const tampered = (log: readonly Bytes[], random: Random): Tampered =>
  ways[below(random, ways.length)]!(log, random);

/** A sealed log, and a way to rewrite it that leaves no trace. */
interface Attacked {
  readonly log: readonly Bytes[];
  readonly rewrite: (log: readonly Bytes[]) => void;
  readonly verify: () => ReturnType<typeof verifyLog>;
}

/** Manipulate a log at random. Expect that each fault is found, and that the original log has none. */
export async function expectEveryFaultFound(
  trials: number,
  random: Random,
  attacked: Attacked,
): Promise<void> {
  const { log, rewrite, verify } = attacked;
  const untouched = {
    events: log.length,
    seals: 3,
    sealed: log.length,
    unsealed: { events: 0 },
    unchained: 0,
  };
  for (let trial = 0; trial < trials; trial += 1) {
    const { log: changed, what, kinds, position } = tampered(log, random);
    rewrite(changed);
    const { fault } = await verify();
    expect([what, kinds]).toEqual([what, expect.arrayContaining([fault?.kind])]);
    if (position !== undefined) expect([what, fault?.position]).toEqual([what, position]);
    if (trial % 100 > 0) continue;
    rewrite(log);
    expect(await verify()).toEqual(untouched);
  }
}
