import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { EventStore } from '@waymark/core/kernel';
import { chained, chaining } from '@waymark/core/log';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { newEvent } from '../support/events';
import { InstallLocker, OpenHall, send, StoreItems, submitterOver } from '../support/lockers';
import { closedAfterwards, temporaryDirectory } from '../support/stores';

const LOCKER = 'locker-a';

/** A made-up event that continues nothing, as an INSERT statement at a position. */
function madeUp(position: number, stream: string, revision: number): string {
  const [{ id, type, data, metadata }] = chained(stream, { revision: revision - 1, hash: '' }, [
    newEvent('ItemStored', { item: 'a key' }),
  ]) as [ReturnType<typeof newEvent>];
  const values = [stream, revision, id, type, JSON.stringify(data), JSON.stringify(metadata)];
  return `INSERT INTO events VALUES (${position}, ${values.map((value) => `'${String(value)}'`).join()})`;
}

describe('a stream that was changed in the file', () => {
  let file: string;
  let store: EventStore;
  /** Another process on the open file, with empty caches. */
  const open = () => submitterOver(chaining(store, { writesAnew: true }));
  const change = (statement: string): void => {
    const db = new Database(file);
    db.pragma('ignore_check_constraints = ON');
    db.exec(statement);
    db.close();
  };
  const count = (): unknown => {
    const db = new Database(file, { readonly: true });
    const found = db.prepare('SELECT count(*) FROM events').pluck().get();
    db.close();
    return found;
  };
  /** Positions: 2 the claim of the number, 3 to 6 the locker. */
  const of = (revision: number): string => `stream = '${LOCKER}' AND revision = ${String(revision)}`;

  beforeEach(async () => {
    file = join(temporaryDirectory(), 'events.sqlite');
    store = closedAfterwards(new SqliteEventStore(file));
    const submitter = open();
    await send(submitter, 'hall-north', OpenHall, { room: 3 });
    await send(submitter, LOCKER, InstallLocker, { number: '17', hall: 'north' });
    await send(submitter, LOCKER, StoreItems, { items: ['bag', 'coat', 'shoes'] });
    await send(submitter, 'locker-b', InstallLocker, { number: '18', hall: 'north' });
  });

  const damages: readonly (readonly [what: string, statement: string, code: string])[] = [
    ['its data were changed', `UPDATE events SET data = '{"item":"key"}' WHERE ${of(1)}`, 'STREAM_CHANGED'],
    [
      'its metadata were changed',
      `UPDATE events SET metadata = replace(metadata, '2025', '2024') WHERE ${of(1)}`,
      'STREAM_CHANGED',
    ],
    ['its type was changed', `UPDATE events SET type = 'LockerRemoved' WHERE ${of(2)}`, 'STREAM_CHANGED'],
    [
      'a chain was removed',
      `UPDATE events SET metadata = substr(metadata, 1, instr(metadata, ',"chain"') - 1) || '}' WHERE ${of(1)}`,
      'STREAM_CHANGED',
    ],
    ['its first event was deleted', `DELETE FROM events WHERE ${of(0)}`, 'STREAM_INCOMPLETE'],
    ['an event was deleted', `DELETE FROM events WHERE ${of(1)}`, 'STREAM_INCOMPLETE'],
    [
      'an event was deleted, and the later ones renumbered',
      `DELETE FROM events WHERE ${of(1)}; UPDATE events SET revision = 1 WHERE ${of(2)};
       UPDATE events SET revision = 2 WHERE ${of(3)}`,
      'STREAM_CHANGED',
    ],
    ['two events changed places', `UPDATE events SET position = 99 WHERE ${of(1)}`, 'STREAM_CHANGED'],
    ['a made-up event was added', madeUp(99, LOCKER, 4), 'STREAM_CHANGED'],
    ['a made-up event was added below the log', madeUp(-5, LOCKER, 4), 'STREAM_CHANGED'],
    [
      'a made-up event replaced one',
      `DELETE FROM events WHERE ${of(3)}; ${madeUp(6, LOCKER, 3)}`,
      'STREAM_CHANGED',
    ],
  ];

  it.each(damages)('is neither decided on nor appended to if %s', async (_what, statement, code) => {
    change(statement);
    const before = count();
    const submitter = open();
    await expect(send(submitter, LOCKER, StoreItems, { items: ['key'] })).rejects.toMatchObject({
      ...{ name: 'StreamDamaged', code, stream: LOCKER },
      reason: expect.stringMatching(/\.$/),
    });
    expect(count()).toBe(before);
    await send(submitter, 'locker-b', StoreItems, { items: ['key'] });
    expect(count()).toBe(Number(before) + 1);
  });

  it('is not used to decide commands on other streams', async () => {
    change(`UPDATE events SET data = '{"room":99}' WHERE stream = 'hall-north'`);
    const before = count();
    await expect(
      send(open(), 'locker-c', InstallLocker, { number: '19', hall: 'north' }),
    ).rejects.toMatchObject({ code: 'STREAM_CHANGED', stream: 'hall-north' });
    expect(count()).toBe(before);
  });

  it('is refused if its end was deleted while its state was cached', async () => {
    const submitter = open();
    await send(submitter, LOCKER, StoreItems, { items: ['bag'] });
    change(`DELETE FROM events WHERE ${of(3)}`);
    const before = count();
    await expect(send(submitter, LOCKER, StoreItems, { items: ['key'] })).rejects.toMatchObject({
      code: 'STREAM_INCOMPLETE',
    });
    expect(count()).toBe(before);
  });
});
