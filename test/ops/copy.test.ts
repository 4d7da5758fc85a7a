import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedEvent } from '@waymark/core/kernel';
import { Platform } from '@waymark/platform';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { newEvent, range, readWhole } from '../support/events';
import { temporaryDirectory } from '../support/stores';
import { waymark } from './command-line';

jest.setTimeout(60_000);

/** Work on a log that nobody else has open. */
async function inLog<T>(file: string, use: (log: SqliteEventStore) => Promise<T>): Promise<T> {
  const log = new SqliteEventStore(file);
  try {
    return await use(log);
  } finally {
    await log.close();
  }
}

const wholeOf = (file: string): Promise<RecordedEvent[]> => inLog(file, (log) => readWhole(log));

/** A data folder whose log holds 600 events, one of them of a schema that this program does not know. */
async function filled(): Promise<{ readonly folder: string; readonly file: string }> {
  const folder = temporaryDirectory();
  const file = join(folder, 'events.sqlite');
  await inLog(file, async (log) => {
    const events = range(599).map((n) => newEvent('EventSkipped', { n }));
    await log.append('projection-x', 'none', [...events, newEvent('FromTheFuture', {}, { schema: 9 })]);
  });
  return { folder, file };
}

describe('waymark copy', () => {
  it('copies a log between folders and files, says so, and has nothing to do a second time', async () => {
    const { folder, file } = await filled();
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
      out: '600 events are in both logs, 600 of them copied now. Each is like its original.\n',
    });
    expect(first.errors).toMatch(/copying.*events.*a second.*left/);
    const copied = join(elsewhere, 'new', 'events.sqlite');
    expect(await wholeOf(copied)).toEqual(await wholeOf(file));

    const back = join(elsewhere, 'back.sqlite');
    for (const count of [600, 0]) {
      const said = await waymark(
        folder,
        'copy',
        '--from',
        `sqlite:${copied}`,
        '--to',
        `sqlite:${back}`,
        '--json',
      );
      expect(said).toMatchObject({ code: 0, errors: '' });
      expect(JSON.parse(said.out)).toEqual({ events: 600, copied: count });
    }
    expect(await wholeOf(back)).toEqual(await wholeOf(file));
    // No view was begun, and nothing else either.
    expect(existsSync(join(elsewhere, 'new', 'views.sqlite'))).toBe(false);
  });

  it('leads to a folder that a service can be started on', async () => {
    const folder = temporaryDirectory();
    const first = await Platform.open({ data: join(folder, 'one') });
    await first.close();
    const target = join(folder, 'two');
    await waymark(folder, 'copy', '--from', `sqlite:${folder}/one`, '--to', `sqlite:${target}`);
    const second = await Platform.open({ data: target });
    await second.settle();
    await second.close();
  });

  it('says what is wrong, without a stack, and changes nothing then', async () => {
    const { folder, file } = await filled();
    const other = join(temporaryDirectory(), 'other.sqlite');
    await inLog(other, (log) => log.append('journey-1', 'none', [newEvent('Noted', { name: 'Zara' })]));
    const broken = join(temporaryDirectory(), 'broken.sqlite');
    writeFileSync(broken, 'This is no database, and never was one.\n'.repeat(200));
    const nowhere = join(folder, 'nowhere', 'events.sqlite');
    const before = await wholeOf(other);
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
    expect(await wholeOf(other)).toEqual(before);
    expect(existsSync(nowhere)).toBe(false);
  });
});
