import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { chaining } from '@waymark/core/log';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { newEvent, range } from '../support/events';
import { temporaryDirectory } from '../support/stores';
import { waymark } from './command-line';

jest.setTimeout(60_000);

/** Append events to one stream of a data folder. */
async function recorded(folder: string, from: number, count: number): Promise<void> {
  const log = new SqliteEventStore(join(folder, 'events.sqlite'));
  const events = range(count).map((n) => newEvent('EventSkipped', { n: from + n }));
  await chaining(log).append('projection-x', 'any', events);
  await log.close();
}

/** Change a log as an attacker with access to its file would. */
function tamper(folder: string, statement: string): void {
  const db = new Database(join(folder, 'events.sqlite'));
  db.exec(statement);
  db.close();
}

describe('waymark seal and verify', () => {
  it('seals a log, verifies it, and reports the first fault', async () => {
    const folder = temporaryDirectory();
    await recorded(folder, 0, 40);
    expect(await waymark(folder, 'verify')).toMatchObject({
      code: 0,
      out: '40 events are unchanged.\n40 events from position 1 on are not sealed yet.\n',
    });

    expect(await waymark(folder, 'seal')).toMatchObject({
      code: 0,
      out: '40 events sealed now, 40 in total.\n',
    });
    const [seals, key] = [join(folder, 'seals.jsonl'), join(folder, 'keys', 'seal.key')];
    for (const file of [seals, key]) expect(statSync(file).mode & 0o777).toBe(0o600);
    await recorded(folder, 40, 2);
    const verified = await waymark(folder, 'verify');
    expect(verified).toMatchObject({
      code: 0,
      out: [
        '42 events are unchanged.',
        '40 of them are covered by 1 seal.',
        '2 events from position 41 on are not sealed yet.\n',
      ].join('\n'),
    });
    expect(verified.errors).toMatch(/verifying.*42 events/);

    tamper(folder, `UPDATE events SET data = replace(data, '16', '61') WHERE position = 17`);
    const found = await waymark(folder, 'verify', '--json');
    expect(found).toMatchObject({ code: 1, errors: '' });
    expect(JSON.parse(found.out)).toMatchObject({
      events: 16,
      fault: { kind: 'CHANGED', position: 17, stream: 'projection-x', revision: 16 },
    });
    tamper(folder, 'DELETE FROM events WHERE position = 9');
    const [first, second] = (await waymark(folder, 'verify')).out.split('\n');
    expect(first).toBe(
      'REMOVED: An event, revision 8 of projection-x, is missing before the event at position 10.',
    );
    expect(second).toBe('The 8 events before it are unchanged.');
  });

  it('verifies on another machine with only the seals and the public key', async () => {
    const [folder, elsewhere] = [temporaryDirectory(), temporaryDirectory()];
    await recorded(folder, 0, 10);
    await waymark(folder, 'seal');
    const pem = (await waymark(folder, 'seal', '--public-key')).out;
    expect(pem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    const [seals, key] = [join(elsewhere, 'seals.jsonl'), join(elsewhere, 'public.pem')];
    writeFileSync(seals, readFileSync(join(folder, 'seals.jsonl')));
    writeFileSync(key, pem);
    const offline = (...more: string[]) =>
      waymark(join(elsewhere, 'none'), 'verify', '--from', `sqlite:${folder}`, '--seals', seals, ...more);

    const result = await offline('--public-key', key, '--json');
    expect(result.code).toBe(0);
    expect(JSON.parse(result.out)).toEqual({
      events: 10,
      seals: 1,
      sealed: 10,
      unsealed: { events: 0 },
      unchained: 0,
      hidden: [],
    });
    expect(existsSync(join(elsewhere, 'none'))).toBe(false);

    expect(await offline()).toMatchObject({ code: 1, errors: expect.stringMatching(/^NO_SEAL_KEY: /) });
    writeFileSync(key, 'no key');
    expect(await offline('--public-key', key)).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/^WRONG_KEY: /),
    });
    tamper(folder, 'DELETE FROM events WHERE position > 7');
    writeFileSync(key, pem);
    expect((await offline('--public-key', key)).out).toMatch(
      /^CUT: The log ends at position 7: 3 sealed events are missing after it\.\n/,
    );
  });

  it('reports a missing file of seals', async () => {
    const folder = temporaryDirectory();
    await recorded(folder, 0, 1);
    const missing = await waymark(folder, 'verify', '--seals', join(folder, 'nowhere.jsonl'));
    expect(missing).toMatchObject({ code: 1, out: '', errors: expect.stringMatching(/^NO_SEALS: /) });
  });
});
