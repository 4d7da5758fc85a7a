import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedEvent } from '@waymark/core/kernel';
import { Platform } from '@waymark/platform';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { newEvent, range, readWhole } from '../support/events';
import { temporaryDirectory } from '../support/stores';
import { waymark } from './command-line';

jest.setTimeout(60_000);

/** Open a log, use it and close it. */
async function withLog<T>(file: string, use: (log: SqliteEventStore) => Promise<T>): Promise<T> {
  const log = new SqliteEventStore(file);
  try {
    return await use(log);
  } finally {
    await log.close();
  }
}

const eventsIn = (file: string): Promise<RecordedEvent[]> => withLog(file, (log) => readWhole(log));

/** A data folder with a log of 600 events, the last of which has a schema that this release does not know. */
async function filledDataFolder(): Promise<{ readonly folder: string; readonly file: string }> {
  const folder = temporaryDirectory();
  const file = join(folder, 'events.sqlite');
  await withLog(file, async (log) => {
    const events = range(599).map((n) => newEvent('EventSkipped', { n }));
    await log.append('projection-x', 'none', [...events, newEvent('FromTheFuture', {}, { schema: 9 })]);
  });
  return { folder, file };
}

describe('waymark copy', () => {
  it('copies a log between folders and files, and copies nothing the second time', async () => {
    const { folder, file } = await filledDataFolder();
    const elsewhere = temporaryDirectory();
    const first = await waymark(
      folder,
      'copy',
      '--from',
      `sqlite:${folder}`,
      '--to',
      `sqlite:${elsewhere}/new`,
    );
    expect(first).toMatchObject({
      code: 0,
      out: 'Both logs contain 600 events; 600 were copied now. Every event was compared with its original.\n',
    });
    expect(first.errors).toMatch(/copying.*events.*per second.*left/);
    const copied = join(elsewhere, 'new', 'events.sqlite');
    expect(await eventsIn(copied)).toEqual(await eventsIn(file));

    const back = join(elsewhere, 'back.sqlite');
    for (const count of [600, 0]) {
      const result = await waymark(
        folder,
        'copy',
        '--from',
        `sqlite:${copied}`,
        '--to',
        `sqlite:${back}`,
        '--json',
      );
      expect(result).toMatchObject({ code: 0, errors: '' });
      expect(JSON.parse(result.out)).toEqual({ events: 600, copied: count });
    }
    expect(await eventsIn(back)).toEqual(await eventsIn(file));
    // Nothing but the log was created.
    expect(existsSync(join(elsewhere, 'new', 'views.sqlite'))).toBe(false);
  });

  it('makes a data folder that a service can start on', async () => {
    const folder = temporaryDirectory();
    const first = await Platform.open({ data: join(folder, 'one') });
    await first.close();
    const target = join(folder, 'two');
    await waymark(folder, 'copy', '--from', `sqlite:${folder}/one`, '--to', `sqlite:${target}`);
    const second = await Platform.open({ data: target });
    await second.settle();
    await second.close();
  });

  it('prints errors without a stack, and changes nothing then', async () => {
    const { folder, file } = await filledDataFolder();
    const other = join(temporaryDirectory(), 'other.sqlite');
    await withLog(other, (log) => log.append('journey-1', 'none', [newEvent('Noted', { name: 'Zara' })]));
    const broken = join(temporaryDirectory(), 'broken.sqlite');
    writeFileSync(broken, 'This is no database, and never was one.\n'.repeat(200));
    const nowhere = join(folder, 'nowhere', 'events.sqlite');
    const before = await eventsIn(other);
    const wrong: readonly (readonly [message: RegExp, from: string, to: string])[] = [
      [
        /^TARGET_HOLDS_OTHERS: .* position 1 of the source, in a stream of projection\./,
        `sqlite:${file}`,
        `sqlite:${other}`,
      ],
      [/^NO_LOG: /, `sqlite:${nowhere}`, `sqlite:${other}`],
      [/^SAME_PLACE: /, `sqlite:${file}`, `sqlite:${folder}`],
      [/^WRONG_PLACE: /, folder, `sqlite:${other}`],
      [/^WRONG_PLACE: /, 'sqlite:', `sqlite:${other}`],
      [/^WRONG_PLACE: .*EVENTSTORE_URL/, `sqlite:${file}`, 'esdb:'],
      [/^SQLITE_NOTADB: /, `sqlite:${broken}`, `sqlite:${other}`],
    ];
    await Promise.all(
      wrong.map(async ([message, from, to]) => {
        const { code, out, errors } = await waymark(folder, 'copy', '--from', from, '--to', to, '--json');
        expect({ from, to, code, out }).toEqual({ from, to, code: 1, out: '' });
        expect(errors).toMatch(message);
        expect(errors).not.toMatch(/\n\s+at |Zara/);
      }),
    );
    expect(await eventsIn(other)).toEqual(before);
    expect(existsSync(nowhere)).toBe(false);
  });
});
