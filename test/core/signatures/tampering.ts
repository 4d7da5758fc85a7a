import { createHash, randomUUID } from 'node:crypto';
import { chained, type TamperingKind } from '@waymark/core/log';
import { newEvent } from '../../support/events';

/** An event as the bytes that a store keeps. */
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

/** What somebody made of a log, and what must be said of it. */
export interface Tampered {
  readonly log: readonly Bytes[];
  /** For whoever reads of a failure. */
  readonly what: string;
  /** Any of these may be named. */
  readonly kinds: readonly TamperingKind[];
  /** Where it shows. */
  readonly position?: number;
}

type Random = () => number;

const below = (random: Random, limit: number): number => Math.floor(random() * limit);

/** The same log, some events otherwise. */
const but = (log: readonly Bytes[], others: Readonly<Record<number, Partial<Bytes>>>): Bytes[] =>
  log.map((event, at) => ({ ...event, ...others[at] }));

/** One byte of a text changed into another. */
function flipped(text: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(text);
  const at = below(random, bytes.length);
  bytes[at] = bytes[at]! ^ (1 + below(random, 255));
  return bytes;
}

/** An id by another one: some stores know no others than UUIDs. */
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
  // Servers keep what begins so for themselves: it is in the log no more.
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

/** Two events, the one in front first. */
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
    what: `events ${String(one)} and ${String(other)} in each other's places`,
    kinds: ['REORDERED'],
    position: a.position,
  };
}

function swapContent(log: readonly Bytes[], random: Random): Tampered {
  const [one, other] = two(log, random);
  const content = ({ id, type, data, metadata }: Bytes): Partial<Bytes> => ({ id, type, data, metadata });
  return {
    log: but(log, { [one]: content(log[other]!), [other]: content(log[one]!) }),
    what: `events ${String(one)} and ${String(other)} with each other's content`,
    kinds: ['CHANGED'],
    position: log[one]!.position,
  };
}

function cut(log: readonly Bytes[], random: Random): Tampered {
  const left = below(random, log.length);
  return { log: log.slice(0, left), what: `cut after ${String(left)} events`, kinds: ['CUT'] };
}

/** By somebody who knows how events are chained. */
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
    what: `an event put before event ${String(at)}`,
    kinds: ['INSERTED'],
    position: bytes.position,
  };
}

const ways = [flip, flip, flip, remove, swapOrder, swapContent, cut, insert];

/** What somebody might do to a log, whose positions leave room between them. */
export const tampered = (log: readonly Bytes[], random: Random): Tampered =>
  ways[below(random, ways.length)]!(log, random);
