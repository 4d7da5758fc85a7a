import { existsSync } from 'node:fs';
import { type CaseloadRow, caseloads } from '@waymark/modules/journey/views/caseload';
import { views as all } from '@waymark/modules';
import type { ViewStates, ParkedRowReport } from '@waymark/operations';
import { Platform } from '@waymark/platform';
import { allocated, JOURNEY, picked, serve } from '../api/client';
import { newEvent } from '../support/events';
import { plantPoison, SCHEDULED_BEHIND } from '../support/poison';
import { afterwards, temporaryDirectory } from '../support/stores';
import { type CommandResult, startWaymark, waymark } from './command-line';

jest.setTimeout(120_000);

/** A data folder with one pupil who has a mentor. */
async function dataFolder(): Promise<string> {
  const data = temporaryDirectory();
  const api = await serve(data);
  await allocated(api);
  await api.platform.settle();
  await api.close();
  return data;
}

/** Use a data folder through a platform that does no work itself. */
async function withStores<T>(data: string, work: (platform: Platform) => Promise<T>): Promise<T> {
  const platform = await Platform.open({ data, work: false });
  try {
    return await work(platform);
  } finally {
    await platform.close();
  }
}

/** Parse the output, which must be JSON and nothing else. */
const json = ({ out, errors }: CommandResult) => {
  expect(errors).toBe('');
  return JSON.parse(out);
};

const generations = async (data: string, view: string): Promise<unknown[][]> => {
  const { views }: ViewStates = json(await waymark(data, 'views', '--json'));
  const own = views.filter((state) => state.view === view);
  return picked(own, 'generation', 'state');
};

describe('rebuilds on the command line', () => {
  it('are done by the command itself if no service works', async () => {
    const data = await dataFolder();
    const built = await waymark(data, 'rebuild', 'start', 'caseload', 'phase-progress');
    expect(built.code).toBe(0);
    expect(built.out).toMatch(/caseload\s+│ 3\s+│ 2\s+│ live\s+│ 1 /);
    expect(built.errors).toMatch(/building .*100%/);
    expect(await generations(data, 'caseload')).toEqual([
      [1, 'previous'],
      [2, 'live'],
    ]);

    const every = await waymark(data, 'rebuild', 'start', '--all', '--json');
    expect(every.code).toBe(0);
    expect(picked(json(every), 'view', 'state')).toEqual(all.map(({ name }) => [name, 'live']));
    const { views, policies } = json(await waymark(data, 'views', '--json'));
    for (const view of views) expect(view).toMatchObject({ lag: { events: 0 }, parked: 0 });
    expect(policies).toMatchObject({ lag: { events: 0 }, parked: 0 });
  });

  it('can be held and switched to, and the previous generation can be retired', async () => {
    const data = await dataFolder();
    const held = await waymark(data, 'rebuild', 'start', 'caseload', '--hold', '--json');
    expect(held.code).toBe(2);
    expect(json(held)).toMatchObject([{ state: 'verified', rows: 1, verified: { rows: 1, different: 0 } }]);
    const switched = await waymark(data, 'rebuild', 'switch', 'caseload', '--json');
    expect([switched.code, picked(json(switched), 'generation', 'state')]).toEqual([
      0,
      [
        [1, 'previous'],
        [2, 'live'],
      ],
    ]);
    const retired = await waymark(data, 'rebuild', 'retire', 'caseload');
    expect(retired.out).toMatch(/caseload\s+│ 3\s+│ 2\s+│ live/);
    expect(retired.out).not.toContain('previous');
  });

  it('can be detached, paused, resumed and cancelled', async () => {
    const data = await dataFolder();
    const detached = await waymark(data, 'rebuild', 'start', 'caseload', 'mentors', '--detach', '--json');
    expect([detached.code, picked(json(detached), 'view', 'generation', 'state')]).toEqual([
      0,
      [
        ['caseload', 1, 'live'],
        ['caseload', 2, 'planned'],
        ['mentors', 1, 'live'],
        ['mentors', 2, 'planned'],
      ],
    ]);
    expect((await waymark(data, 'rebuild', 'pause', 'caseload')).code).toBe(0);
    // One of the two is paused; the other continues.
    const watched = await waymark(data, 'rebuild', 'watch', 'caseload', 'mentors', '--json');
    expect([watched.code, picked(json(watched), 'view', 'state')]).toEqual([
      2,
      [
        ['caseload', 'paused'],
        ['mentors', 'live'],
      ],
    ]);
    const resumed = await waymark(data, 'rebuild', 'resume', 'caseload', '--json');
    expect([resumed.code, picked(json(resumed), 'view', 'state')]).toEqual([0, [['caseload', 'live']]]);

    await waymark(data, 'rebuild', 'start', 'caseload', '--detach');
    const cancelled = await waymark(data, 'rebuild', 'cancel', 'caseload', '--json');
    expect(picked(json(cancelled), 'generation', 'state')).toEqual([
      [1, 'previous'],
      [2, 'live'],
    ]);
  });

  it('are only watched if a service works, and continue when the watching ends', async () => {
    const data = await dataFolder();
    const server = await Platform.open({ data });
    afterwards(() => server.close());
    const watching = startWaymark(data, 'rebuild', 'start', 'caseload');
    await watching.waitForError(/building/);
    watching.interrupt();
    const { code, out, errors } = await watching.result;
    expect([code, out]).toEqual([130, '']);
    expect(errors).toContain('The rebuild continues without this command');
    expect(await generations(data, 'caseload')).toEqual([
      [1, 'live'],
      [2, 'planned'],
    ]);

    const again = startWaymark(data, 'rebuild', 'watch', 'caseload');
    await again.waitForError(/building/);
    await server.work([]);
    expect((await again.result).code).toBe(0);
    expect(await generations(data, 'caseload')).toContainEqual([2, 'live']);
  });

  it('print errors without a stack', async () => {
    const data = await dataFolder();
    const wrong: readonly (readonly [begins: string, ...args: string[]])[] = [
      ['error: name views', 'rebuild', 'start'],
      ['NO_REBUILD: ', 'rebuild', 'pause', 'caseload'],
      ['NOT_LEFT: ', 'views', 'drop', 'caseload@3'],
      ['UNKNOWN_VIEW: ', 'check', '--fold', 'nothing', '--json'],
    ];
    for (const [begins, ...args] of wrong) {
      const { code, out, errors } = await waymark(data, ...args);
      const expected = 1;
      expect([args, code, out, errors.slice(0, begins.length)]).toEqual([args, expected, '', begins]);
      expect(errors).not.toMatch(/\n\s+at /);
    }
    const nowhere = await waymark(`${data}-none`, 'views');
    expect([nowhere.code, nowhere.errors.slice(0, 7)]).toEqual([1, 'NO_DATA']);
    expect(existsSync(`${data}-none`)).toBe(false);
  });
});

describe('an event that cannot be folded', () => {
  it('is listed, fails a rebuild, and can be skipped with a reason in the live and the new generation', async () => {
    const data = await dataFolder();
    const poison = await withStores(data, ({ stores }) => plantPoison(stores.events, JOURNEY));
    expect((await waymark(data, 'kpis', '--json')).errors).toContain('cannot be processed');

    const parked: ParkedRowReport[] = json(await waymark(data, 'parked', '--json'));
    expect(picked(parked, 'view', 'key', 'event', 'position', 'waiting')).toContainEqual([
      ...['caseload', JOURNEY, poison.id, poison.position, 1],
    ]);
    const shown = await waymark(data, 'parked');
    expect(shown.out).toContain(poison.id);
    expect(shown.out).toContain('Cannot read properties of undefined');
    const retried = await waymark(data, 'parked', 'retry', 'caseload', JOURNEY, '--json');
    expect([retried.code, json(retried).length]).toEqual([2, 1]);

    const failed = await waymark(data, 'rebuild', 'start', 'caseload', '--json');
    expect([failed.code, picked(json(failed), 'state')]).toEqual([1, [['failed']]]);
    expect(failed.out).toContain(`event PupilReferred at position ${String(poison.position)}`);
    const checked = await waymark(data, 'check', '--fold', 'caseload', '--json');
    expect([checked.code, picked(json(checked).findings, 'effect', 'code', 'view')]).toEqual([
      1,
      [
        ['blocks', 'FOLD_FAILS', 'caseload'],
        ['work', 'REBUILD_RESTS', 'caseload'],
        ...parked.map(({ view }) => ['note', 'PARKED', view]),
      ],
    ]);

    const reason = ['--reason', 'Recorded twice'];
    const unconfirmed = await waymark(data, 'parked', 'skip', 'caseload', JOURNEY, ...reason);
    expect(unconfirmed).toMatchObject({ code: 1, errors: expect.stringMatching(/^CONFIRMATION_NEEDED: /) });
    expect(json(await waymark(data, 'parked', '--json'))).toHaveLength(parked.length);
    const skipped = await waymark(data, 'parked', 'skip', 'caseload', JOURNEY, ...reason, '--yes');
    expect(skipped).toMatchObject({ code: 0, out: 'Nothing is parked.\n' });
    const resumed = await waymark(data, 'rebuild', 'resume', 'caseload', '--json');
    expect([resumed.code, picked(json(resumed), 'generation', 'state')]).toEqual([0, [[2, 'live']]]);
    const [kept] = await withStores(data, ({ rows }) => rows.find(caseloads));
    const { sessions } = kept!.row as CaseloadRow;
    expect(Object.values(sessions)).toEqual([{ on: SCHEDULED_BEHIND, is: 'scheduled' }]);
  });
});

describe('a check before a release', () => {
  it('reports its findings, also by its exit code', async () => {
    const data = await dataFolder();
    const clear = await waymark(data, 'check', '--json');
    expect(clear.code).toBe(0);
    expect(json(clear)).toMatchObject({ findings: [], events: expect.any(Number) });
    const forPeople = await waymark(data, 'check');
    expect(forPeople.out).toContain('No findings: this release can be started on this store.');
    expect(forPeople.errors).toMatch(/reading .*100%/);

    await withStores(data, ({ stores }) => stores.events.append('pupil-x', 'any', [newEvent('PupilCloned')]));
    const blocked = await waymark(data, 'check', '--json');
    expect([blocked.code, picked(json(blocked).findings, 'effect', 'code')]).toEqual([
      1,
      [['blocks', 'UNKNOWN_EVENT']],
    ]);
    expect((await waymark(data, 'check')).out).toMatch(/Blocks .*UNKNOWN_EVENT .*PupilCloned/);
  });
});
