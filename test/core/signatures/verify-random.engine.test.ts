import { join } from 'node:path';
import { copyLog, verifyLog } from '@waymark/core/log';
import { EventStoreDbEventStore } from '@waymark/stores/eventstoredb/eventstoredb-event-store';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { randomFrom } from '../../crash/moments';
import type { Kept } from '../../support/eventstoredb/log';
import { startStandIn } from '../../support/eventstoredb/start';
import { afterwards, temporaryDirectory } from '../../support/stores';
import { leftAs, Notary, storedIn, write } from './given';
import { type Bytes, expectEveryFaultFound } from './tampering';

jest.setTimeout(240_000);

const TRIALS = 1_000;
const seed = Number(process.env['TAMPER_SEED'] ?? Date.now() % 2 ** 31);

const bytesOf = ({ stream, revision, position, id, type, data, metadata }: Kept): Bytes => ({
  ...{ stream: Buffer.from(stream), id: Buffer.from(id), type: Buffer.from(type) },
  ...{ data: Buffer.from(data), metadata: Buffer.from(metadata) },
  ...{ revision, position },
});

const keptOf = ({ stream, id, type, ...event }: Bytes): Kept => ({
  ...event,
  ...{ stream: stream.toString(), id: id.toString(), type: type.toString() },
  contentType: 'application/json',
  created: 0,
});

describe(`tampering with a sealed log in EventStoreDB (stand-in), TAMPER_SEED=${String(seed)}`, () => {
  it(`is detected in ${String(TRIALS)} trials, without false alarms`, async () => {
    const random = randomFrom(seed);
    const server = await startStandIn();
    const store = new EventStoreDbEventStore(server.url);
    afterwards(() => store.close());
    const notary = new Notary();
    for (const count of [15, 22, 18]) {
      await write(store, count);
      await notary.seal(store);
    }
    const all = [...server.log.events];
    const own = all.filter(({ stream, type }) => stream.startsWith('$') || type.startsWith('$'));
    const log = all.filter((event) => !own.includes(event)).map(bytesOf);
    const rewrite = (events: readonly Bytes[]): void =>
      server.log.rewrite([...own, ...events.map(keptOf)].sort((a, b) => a.position - b.position));
    await expectEveryFaultFound(TRIALS, random, { log, rewrite, store, seals: notary.seals });
  });

  it('is also detected in a copy in SQLite that the same seals cover', async () => {
    const store = new EventStoreDbEventStore((await startStandIn()).url);
    const copy = new SqliteEventStore(join(temporaryDirectory(), 'copy.sqlite'));
    afterwards(() => Promise.all([store.close(), copy.close()]));
    const notary = new Notary();
    await write(store, 30);
    await notary.seal(store);
    await copyLog(store, copy, { keepsOrder: true });
    const { events, fault, ...verified } = await verifyLog(copy, notary.seals);
    expect({ fault, ...verified }).toEqual({
      fault: undefined,
      seals: 1,
      sealed: events,
      unsealed: { events: 0 },
      unchained: 0,
      hidden: [],
    });

    const [first, ...rest] = await storedIn(copy);
    expect((await verifyLog(leftAs(rest), notary.seals)).fault).toMatchObject({
      kind: 'REMOVED',
      revision: first!.revision,
    });
  });
});
