/**
 * Does the same work with Emmett's SQLite event store, in a separate process. Prints events per second.
 *
 *   node emmett.mjs append <events.jsonl> <file> <callers>    one event per append, from callers that wait for the answer
 *   node emmett.mjs fill <events.jsonl> <file>                stream by stream, a hundred events at a time; prints nothing
 *   node emmett.mjs consume <file> <events> <batch>           through a consumer whose handler only counts
 */
import { readFileSync } from 'node:fs';
import { getSQLiteEventStore, sqliteConnection } from '@event-driven-io/emmett-sqlite';

const [kind, ...rest] = process.argv.slice(2);

const read = (file) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ stream, type, data, metadata }) => ({ stream, event: { type, data, metadata } }));

const rate = async (units, work) => {
  const start = process.hrtime.bigint();
  await work();
  return units / (Number(process.hrtime.bigint() - start) / 1e9);
};

/** The default configuration: a rollback journal and `synchronous = FULL` are SQLite's defaults. */
const kinds = {
  async append(events, file, callers) {
    const store = getSQLiteEventStore({ fileName: file });
    const waiting = read(events);
    await store.appendToStream('first', [waiting[0].event]);
    let next = 0;
    // One at a time: each append opens a new connection, and concurrent appends fail with SQLITE_MISUSE.
    let turn = Promise.resolve();
    const append = ({ stream, event }) => (turn = turn.then(() => store.appendToStream(stream, [event])));
    const caller = async () => {
      for (let at = next++; at < waiting.length; at = next++) await append(waiting[at]);
    };
    return rate(waiting.length, () => Promise.all(Array.from({ length: Number(callers) }, caller)));
  },
  async fill(events, file) {
    const store = getSQLiteEventStore({ fileName: file });
    const streams = Map.groupBy ? Map.groupBy(read(events), ({ stream }) => stream) : grouped(read(events));
    for (const [stream, all] of streams) {
      for (let at = 0; at < all.length; at += 100)
        await store.appendToStream(
          stream,
          all.slice(at, at + 100).map(({ event }) => event),
        );
    }
    return undefined;
  },
  async consume(file, events, batchSize) {
    const consumer = getSQLiteEventStore({ fileName: file }).consumer({
      pulling: { batchSize: Number(batchSize) },
    });
    let count = 0;
    consumer.processor({
      processorId: `count-${String(process.pid)}`,
      startFrom: 'BEGINNING',
      connectionOptions: { fileName: file, connection: sqliteConnection({ fileName: file }) },
      stopAfter: () => count === Number(events),
      eachMessage: () => {
        count += 1;
      },
    });
    const speed = await rate(Number(events), () => consumer.start());
    if (count !== Number(events)) throw new Error(`consumed ${String(count)} events`);
    return speed;
  },
};

function grouped(events) {
  const streams = new Map();
  for (const each of events) streams.set(each.stream, [...(streams.get(each.stream) ?? []), each]);
  return streams;
}

const speed = await kinds[kind](...rest);
if (speed !== undefined) process.stdout.write(`${String(speed)}\n`);
process.exit(0);
