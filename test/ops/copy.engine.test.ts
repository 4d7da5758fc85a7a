import { join } from 'node:path';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { newEvent, range, readWhole } from '../support/events';
import { startStandInProcess } from '../support/eventstoredb/start';
import { temporaryDirectory } from '../support/stores';
import { waymark } from './command-line';

jest.setTimeout(120_000);

const logIn = async (file: string) => {
  const log = new SqliteEventStore(file);
  const events = await readWhole(log);
  await log.close();
  return events;
};

describe('waymark copy', () => {
  it('copies a log to EventStoreDB and back', async () => {
    const [folder, back] = [temporaryDirectory(), temporaryDirectory()];
    const file = join(folder, 'events.sqlite');
    const log = new SqliteEventStore(file);
    await log.append(
      'journey-1',
      'none',
      range(300).map((n) => newEvent('Noted', { n })),
    );
    await log.close();
    const { url } = await startStandInProcess();
    const there = await waymark(folder, 'copy', '--from', `sqlite:${folder}`, '--to', url);
    expect(there).toMatchObject({ code: 0, out: expect.stringContaining('300 were copied now') });
    const again = await waymark(folder, 'copy', '--from', url, '--to', `sqlite:${back}`, '--json');
    expect(JSON.parse(again.out)).toEqual({ events: 300, copied: 300 });
    expect(await logIn(join(back, 'events.sqlite'))).toEqual(await logIn(file));
  });

  it('reports a server that does not answer, without its credentials', async () => {
    const folder = temporaryDirectory();
    await new SqliteEventStore(join(folder, 'events.sqlite')).close();
    const nobody = 'esdb://reader:sesame@127.0.0.1:1?tls=false';
    const { code, out, errors } = await waymark(
      folder,
      'copy',
      '--from',
      `sqlite:${folder}`,
      '--to',
      nobody,
      '--json',
    );
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(errors).toContain('the event store does not answer');
    expect(errors).not.toMatch(/sesame|\n\s+at /);
  });
});
