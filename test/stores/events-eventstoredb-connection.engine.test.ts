import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { type EventStore, START, StoreUnavailable } from '@waymark/core/kernel';
import {
  EventStoreDbEventStore,
  type EventStoreDbOptions,
} from '@waymark/stores/eventstoredb/eventstoredb-event-store';
import { newEvent, range, readWhole } from '../support/events';
import { startCluster } from '../support/eventstoredb/cluster';
import { startStandIn, startStandInProcess } from '../support/eventstoredb/start';
import { afterwards, temporaryDirectory } from '../support/stores';

const STREAM = 'locker-1';
const note = (text: unknown) => newEvent('Noted', { text });
const texts = async (store: EventStore): Promise<unknown[]> =>
  (await readWhole(store)).map(({ data }) => (data as { text: unknown }).text);

const connect = (url: string, options: Partial<EventStoreDbOptions> = {}): EventStore => {
  const store = new EventStoreDbEventStore(url, { deadline: 2_000, patience: 20_000, ...options });
  afterwards(() => store.close());
  return store;
};

describe('an EventStoreDB cluster with TLS and credentials (stand-in)', () => {
  const CREDENTIALS = { username: 'waymark', password: 'p@ss:wörd/1' };

  it('is followed from leader to leader, and nothing is lost or written twice', async () => {
    const { url, nodes, lead } = await startCluster(3, CREDENTIALS);
    const store = connect(url);
    const woken = new EventEmitter<{ woken: [] }>();
    afterwards(store.onAppended(() => void woken.emit('woken')));
    await store.append(STREAM, 'none', [note(0)]);

    lead(nodes[1]!);
    await store.append(STREAM, 0, [note(1)]);
    lead(nodes[2]!);
    await nodes[1]!.refuse();
    await store.append(STREAM, 1, [note(2)]);
    nodes[2]!.failAppends('cut after');
    await store.append(STREAM, 2, [note(3)]);
    await nodes[2]!.refuse();
    await nodes[1]!.listen();
    lead(nodes[1]!);
    const wakes = once(woken, 'woken');
    await store.append(STREAM, 'any', [note(4)]);
    await wakes;

    expect(await texts(store)).toEqual(range(5));
  });

  it('refuses access without credentials', async () => {
    const { url } = await startCluster(1, CREDENTIALS);
    const stranger = connect(url.replace('waymark:', 'stranger:'));

    for (const call of [
      () => stranger.append(STREAM, 'none', [note('a')]),
      () => stranger.readStream(STREAM),
      () => stranger.readAll(START, 1),
      () => stranger.head(),
    ]) {
      await expect(call()).rejects.toThrow(/UNAUTHENTICATED/);
    }
  });
});

describe('a connection to EventStoreDB (stand-in)', () => {
  it.each(['esdb://waymark:s3cret@127.0.0.1:1?tls=false&sparkle=9', 'esdb://waymark:s3cret@127.0.0.1:port'])(
    'does not reveal its credentials, given %s',
    async (url) => {
      const printed = (['warn', 'error', 'log'] as const).map((name) =>
        jest.spyOn(console, name).mockReturnValue(undefined),
      );
      afterwards(() => jest.restoreAllMocks());
      const failed = await Promise.resolve()
        .then(() => connect(url, { patience: 100 }).head())
        .catch((error: unknown) => error);

      expect(failed).toBeInstanceOf(Error);
      expect(inspect([failed, printed.map(({ mock }) => mock.calls)], { depth: null })).not.toContain(
        's3cret',
      );
    },
  );

  it('gives up on a silent server, and continues when it responds again', async () => {
    const server = await startStandInProcess();
    const store = connect(server.url, { deadline: 200, patience: 400 });
    await store.append(STREAM, 'none', [note('a')]);
    server.child.kill('SIGSTOP');
    for (const call of [
      () => store.append(STREAM, 0, [note('b')]),
      () => store.readStream(STREAM),
      () => store.readAll(START, 10),
      () => store.head(),
    ]) {
      await expect(call()).rejects.toBeInstanceOf(StoreUnavailable);
    }

    server.child.kill('SIGCONT');
    expect((await texts(store))[0]).toBe('a');
    await store.append(STREAM, 'any', [note('c')]);
    expect((await texts(store)).at(-1)).toBe('c');
  });

  it('survives a killed server: acknowledged events exist, unacknowledged ones are written once', async () => {
    const file = join(temporaryDirectory(), 'log.jsonl');
    const server = await startStandInProcess(file);
    const store = connect(server.url, { patience: 30_000 });
    for (const n of range(10)) await store.append(STREAM, n === 0 ? 'none' : n - 1, [note(n)]);
    await server.order('failAppends', 'silence after');
    const unanswered = store.append(STREAM, 'any', [note(10)]);
    const gone = once(server.child, 'close');
    server.child.kill('SIGKILL');
    await gone;
    await startStandInProcess(file, Number(new URL(server.url).port));

    expect((await unanswered).revision).toBe(10);
    expect(await texts(store)).toEqual(range(11));
  });

  it('is closed immediately after partial reads', async () => {
    const { url } = await startStandInProcess();
    const store = connect(url);
    await store.append(STREAM, 'none', range(50).map(note));
    await Promise.all(
      range(50).flatMap((n) => [
        store.head(),
        store.readAll(START, n),
        store.readAll(START, 1, new Set(['Noted'])),
        store.readStream(STREAM, { limit: 1 }),
        store.readStream('locker-unused'),
      ]),
    );

    await expect(
      Promise.race([store.close(), once(AbortSignal.timeout(10_000), 'abort')]),
    ).resolves.toBeUndefined();
  });

  it('completes calls in progress when it is closed, and leaves nothing behind', async () => {
    const server = await startStandIn();
    server.delayAnswers(100);
    const store = connect(server.url);
    store.onAppended(() => undefined);
    const answered = jest.fn();
    void store.append(STREAM, 'none', [note('a')]).then(answered);
    await store.close();

    expect(answered).toHaveBeenCalledWith(expect.objectContaining({ revision: 0 }));
    await expect(store.append(STREAM, 0, [note('b')])).rejects.toThrow(/is closed/);
    expect(server.log.stream(STREAM)).toHaveLength(1);
  });
});
