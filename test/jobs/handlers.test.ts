import { maskingErrors } from '@waymark/core/jobs';
import { type JobContext, type JobHandler, PermanentFailure } from '@waymark/core/kernel';
import { jobHandlers, Platform } from '@waymark/platform';
import { upnOf } from '../support/made-up';
import { afterwards, temporaryDirectory } from '../support/stores';

jest.setTimeout(30_000);

describe('the kinds of jobs', () => {
  const open = async (): Promise<Platform> => {
    const platform = await Platform.open({ data: temporaryDirectory() });
    afterwards(() => platform.close());
    return platform;
  };

  it('have their names, and wait before they are retried', async () => {
    const handlers = jobHandlers(await open());
    expect(handlers.map(({ kind }) => kind)).toEqual(['import', 'export', 'reminders', 'sealing', 'tidying']);
    for (const { attempts, backoff } of handlers) {
      // Long enough for a server to restart: the last pause is at least one minute.
      expect(backoff * 2 ** (attempts - 2)).toBeGreaterThanOrEqual(60_000);
    }
  });

  it('run on a schedule if they are not requested', async () => {
    const platform = await open();
    const schedule = jest.spyOn(platform.jobs, 'schedule');
    await platform.work();
    expect(schedule.mock.calls).toEqual([
      ['reminders', '0 6 * * *', {}],
      ['sealing', '*/10 * * * *', {}],
      ['tidying', '30 2 * * *', {}],
      ['erasures', '45 * * * *', {}],
      ['retention', '15 3 * * 0', {}],
    ]);
  });

  it('are limited to those given to a process', async () => {
    const platform = await open();
    const [work, schedule] = [jest.spyOn(platform.jobs, 'work'), jest.spyOn(platform.jobs, 'schedule')];
    await platform.work([]);
    expect(work.mock.calls.map(([handlers]) => handlers.map(({ kind }) => kind))).toEqual([['rebuild']]);
    expect(schedule).not.toHaveBeenCalled();
  });
});

describe('a job that fails', () => {
  const painting = (run: JobHandler['run']): JobHandler =>
    maskingErrors({ kind: 'paint', attempts: 1, backoff: 1, concurrency: 1, run });
  const paint = ({ run }: JobHandler): Promise<unknown> => run({} as never, {} as JobContext);
  const failing = (thrown: unknown) => painting(() => Promise.reject(thrown as Error));

  it('masks UPNs in its message, and throws the original error', async () => {
    const thrown = new PermanentFailure(`no place for ${upnOf(7)}, nor for ${upnOf(8)}`);
    await expect(paint(failing(thrown))).rejects.toBe(thrown);
    expect(thrown.message).toBe('no place for [UPN], nor for [UPN]');
    await expect(paint(failing('text'))).rejects.toBe('text');
  });

  it('returns its result if it succeeds', async () => {
    expect(await paint(painting(async () => ({ painted: 1 })))).toEqual({ painted: 1 });
  });
});
