import { join } from 'node:path';
import { SqliteEventStore } from '@waymark/adapters/events-sqlite/sqlite-event-store';
import { eventStoreContract } from '../contracts/event-store.contract';
import { newEvent, range, readWhole } from '../support/events';
import { afterwards, openStores, temporaryDirectory } from '../support/stores';

eventStoreContract('SQLite', () => {
  const file = join(temporaryDirectory(), 'events.sqlite');
  const connect = (): SqliteEventStore => {
    const store = new SqliteEventStore(file);
    afterwards(() => store.close());
    return store;
  };
  const store = connect();
  return Promise.resolve({
    store,
    reopen: async () => {
      await store.close();
      return connect();
    },
    second: () => Promise.resolve(connect()),
    close: () => store.close(),
  });
});

describe('SQLite event store', () => {
  it('answers what was waiting when it is closed, and refuses what comes after', async () => {
    const { events, connect } = openStores();
    const waiting = Promise.all(
      range(10).map((n) => events.append('locker-1', 'any', [newEvent('Noted', { n })])),
    );
    await events.close();

    expect((await waiting).map(({ revision }) => revision)).toEqual(range(10));
    await expect(events.append('locker-1', 'any', [newEvent('Noted')])).rejects.toThrow(/not open/);
    expect(await readWhole(connect().events)).toHaveLength(10);
  });

  it('writes what comes at once in one commit', async () => {
    const { events } = openStores();
    const commits = jest.fn();
    // It wakes once for each commit of its own, and now and then besides for another process's.
    afterwards(events.onAppended(commits));
    await Promise.all(
      range(500).map((n) => events.append(`locker-${String(n)}`, 'none', [newEvent('Noted')])),
    );

    expect(commits.mock.calls.length).toBeGreaterThan(0);
    expect(commits.mock.calls.length).toBeLessThan(10);
  });
});
