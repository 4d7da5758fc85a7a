import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  type ControlStore,
  type EventStore,
  type SealRegister,
  type SealSink,
  START,
  type StoredEvent,
} from '@waymark/core/kernel';
import {
  chaining,
  keyId,
  type SealerOptions,
  type SealLog,
  sealLog,
  type SealReport,
  type StoredLog,
  type VerifyOptions,
} from '@waymark/core/log';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import { newEvent, range } from '../../support/events';
import { afterwards, openStores } from '../../support/stores';

/** A sink in memory. */
export class SealList implements SealSink {
  constructor(readonly kept: string[] = []) {}

  write(_number: number, line: string): Promise<void> {
    this.kept.push(line);
    return Promise.resolve();
  }

  readonly lines = async function* (this: SealList): AsyncGenerator<string, void, undefined> {
    yield* this.kept;
  }.bind(this);
}

/** A sealer with its key and sink. */
export class Notary {
  readonly key: KeyObject = generateKeyPairSync('ed25519').privateKey;
  readonly list = new SealList();
  readonly control: ControlStore;
  now = '2026-01-05T08:00:00.000Z';

  constructor(private readonly sinks?: readonly SealSink[]) {
    const rows = new SqliteRowStore(':memory:');
    afterwards(() => rows.close());
    this.control = rows.control;
  }

  seal(log: SealerOptions['log'], how?: SealLog): Promise<SealReport | undefined> {
    const { control, sinks = [this.list] } = this;
    return sealLog({ log, control, sinks, key: () => this.key, now: () => this.now }, how);
  }

  /** The options for a verification. */
  get seals(): Required<Pick<VerifyOptions, 'seals' | 'keys'>> {
    const key = createPublicKey(this.key);
    return { seals: this.list.lines, keys: new Map([[keyId(key), key]]) };
  }
}

const STREAMS = 7;

/** Write chained events to several streams in turn; three of four appends have a single event. */
export async function write(store: EventStore, count: number): Promise<void> {
  const chain = chaining(store);
  for (const n of range(count)) {
    const event = newEvent(n % 3 === 0 ? 'SessionHeld' : 'NoteTaken', {
      n,
      text: `Zoë’s ${String(n * 37)}th`,
    });
    const more = n % 4 === 0 ? [newEvent('PhaseAdvanced', { to: n / 4 })] : [];
    await chain.append(`journey-${'abcdefg'.charAt((n * n) % STREAMS)}7`, 'any', [event, ...more]);
  }
}

/** An in-memory log with these events. */
export const leftAs = (events: readonly StoredEvent[]): StoredLog & SealRegister => ({
  readStored: (after, limit) => {
    const page = events.filter(({ position }) => position > after).slice(0, limit);
    return Promise.resolve({ events: page, through: page.at(-1)?.position ?? after });
  },
  head: () => Promise.resolve(events.at(-1)?.position ?? START),
  hiddenParts: () => Promise.resolve([]),
  sealRecord: () => Promise.resolve(undefined),
  saveSealRecord: () => Promise.resolve(),
});

/** All events of a log in stored form. */
export const storedIn = async (log: StoredLog): Promise<readonly StoredEvent[]> =>
  (await log.readStored(START, 10_000)).events;

const ORDER = 'aababbab';

/** Eight events in two streams, the last two not sealed: a0 a1 b0 a2 b1 b2 a3 b3. */
export async function twoStreams(): Promise<{
  readonly log: readonly StoredEvent[];
  readonly notary: Notary;
}> {
  const { events } = openStores();
  const [notary, chain] = [new Notary(), chaining(events)];
  for (const [n, name] of [...ORDER].entries()) {
    if (n === 3 || n === 6) await notary.seal(events);
    await chain.append(`journey-${name}`, 'any', [newEvent('NoteTaken', { n })]);
  }
  return { log: await storedIn(events), notary };
}
