import { join } from 'node:path';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { connections } from '../contracts/connections';
import { eventStoreContract } from '../contracts/event-store.contract';
import { newEvent, range, readWhole } from '../support/events';
import { afterwards, closedAfterwards, openStores, temporaryDirectory } from '../support/stores';

eventStoreContract('SQLite', () => {
  const file = join(temporaryDirectory(), 'events.sqlite');
  const connect = (): SqliteEventStore => closedAfterwards(new SqliteEventStore(file));
  return Promise.resolve(connections(connect));
});

describe('SQLite event store', () => {
  it('answers queued appends when it is closed, and refuses later ones', async () => {
    const { events, connect } = openStores();
    const waiting = Promise.all(
      range(10).map((n) => events.append('locker-1', 'any', [newEvent('Noted', { n })])),
    );
    await events.close();

    expect((await waiting).map(({ revision }) => revision)).toEqual(range(10));
    await expect(events.append('locker-1', 'any', [newEvent('Noted')])).rejects.toThrow(/not open/);
    expect(await readWhole(connect().events)).toHaveLength(10);
  });

  it('never uses an outdated cache: events that another process adds to a cached stream are visible immediately', async () => {
    const { events, connect } = openStores();
    const other = connect().events;
    await other.append('locker-1', 'none', [newEvent('Noted'), newEvent('Noted')]);
    expect(await events.readStream('locker-1')).toHaveLength(2);
    expect(await events.readStream('locker-1', { from: 2 })).toEqual([]);

    await other.append('locker-1', 1, [newEvent('Noted')]);

    expect(await events.readStream('locker-1', { from: 2 })).toMatchObject([{ revision: 2 }]);
    await other.append('locker-1', 2, [newEvent('Noted')]);
    await expect(events.append('locker-1', 2, [newEvent('Noted')])).rejects.toMatchObject({ actual: 3 });
  });

  it('does not take a partial read of a stream for the whole stream', async () => {
    const { events, connect } = openStores();
    await connect().events.append('locker-1', 'none', [newEvent('Noted'), newEvent('Noted')]);
    expect(await events.readStream('locker-1', { limit: 1 })).toHaveLength(1);

    expect(await events.readStream('locker-1', { from: 1 })).toMatchObject([{ revision: 1 }]);
    await expect(events.append('locker-1', 0, [newEvent('Noted')])).rejects.toMatchObject({ actual: 1 });
  });

  it('writes concurrent appends in one commit', async () => {
    const { events } = openStores();
    const commits = jest.fn();
    // It wakes once for each commit of its own, and occasionally for another process's.
    afterwards(events.onAppended(commits));
    await Promise.all(
      range(500).map((n) => events.append(`locker-${String(n)}`, 'none', [newEvent('Noted')])),
    );

    expect(commits.mock.calls.length).toBeGreaterThan(0);
    expect(commits.mock.calls.length).toBeLessThan(10);
  });
});
