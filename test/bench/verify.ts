import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { type EventMetadata, START } from '@waymark/core/kernel';
import { chained, keyId, sealLog, verifyLog, type VerifyOptions } from '@waymark/core/log';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import { type Comparison, inFolder, limited, rate, sideBySide } from './measure';
import { insertRaw, pupilEvents, type StoredEvent } from './sample-log';

const EVENTS = 250_000;
const PAGE = 2_000;

/** Add hash chains to events without them: each is chained to the event before it in its stream. */
function* withChains(events: Iterable<StoredEvent>): Generator<StoredEvent> {
  const hashes = new Map<string, string>();
  for (const [stream, revision, id, type, data, metadata] of events) {
    const event = {
      id,
      type,
      data: JSON.parse(data) as object,
      metadata: JSON.parse(metadata) as EventMetadata,
    };
    const after = { revision: revision - 1, hash: hashes.get(stream) ?? '' };
    const link = chained(stream, after, [event])[0]!;
    hashes.set(stream, link.metadata.chain!.hash);
    yield [stream, revision, id, type, data, JSON.stringify(link.metadata)];
  }
}

/** Seal a whole log. Returns what the verification needs. */
async function sealed(log: SqliteEventStore): Promise<VerifyOptions> {
  const rows = new SqliteRowStore(':memory:');
  const { privateKey } = generateKeyPairSync('ed25519');
  const lines: string[] = [];
  const sink = { write: (_number: number, line: string) => Promise.resolve(void lines.push(line)) };
  const now = (): string => new Date().toISOString();
  await sealLog({ log, sinks: [sink], key: () => privateKey, control: rows.control, now });
  await rows.close();
  const key = createPublicKey(privateKey);
  return {
    seals: async function* () {
      yield* lines;
    },
    keys: new Map([[keyId(key), key]]),
  };
}

async function read(log: SqliteEventStore): Promise<void> {
  for (let after = START, more = true; more;) {
    const page = await log.readAll(after, PAGE);
    [after, more] = [page.through, page.events.length === PAGE];
  }
}

async function verify(log: SqliteEventStore, options: VerifyOptions): Promise<void> {
  const { events, fault } = await verifyLog(log, options);
  if (fault || events !== EVENTS) throw new Error(fault?.message ?? `only ${events} events`);
}

/** Verifying a sealed log, compared with reading the same pages as events. */
export const verifying = (): Promise<Comparison> =>
  inFolder(async (folder) => {
    const file = join(folder, 'events.sqlite');
    insertRaw(file, withChains(limited(pupilEvents(3_600, 80), EVENTS)), 10_000);
    const log = new SqliteEventStore(file);
    try {
      const options = await sealed(log);
      return await sideBySide(
        { name: 'verifying a sealed log ÷ reading its pages as events', unit: 'events/s', target: 0.35 },
        {
          baseline: () => rate(EVENTS, () => read(log)),
          ours: () => rate(EVENTS, () => verify(log, options)),
        },
      );
    } finally {
      await log.close();
    }
  });
