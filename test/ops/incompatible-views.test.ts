import { join } from 'node:path';
import Database from 'better-sqlite3';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import { views } from '@waymark/modules';
import type { CheckReport } from '@waymark/operations';
import { Platform } from '@waymark/platform';
import { allocated, type Api, eventually, serve } from '../api/client';
import { afterwards, temporaryDirectory } from '../support/stores';
import { startProgram } from '../worker/programs';
import { waymark } from './command-line';

jest.setTimeout(120_000);

/** A running service whose views file is then marked as having an older storage format. */
async function serviceWithOldViews(): Promise<
  Api & { readonly data: string; readonly ours: unknown; readonly form: () => unknown }
> {
  const data = temporaryDirectory();
  const api = await serve(data);
  await allocated(api);
  await api.platform.settle();
  const file = new Database(join(data, 'views.sqlite'));
  afterwards(() => file.close());
  const form = (): unknown => file.pragma('user_version', { simple: true });
  const ours = form();
  file.pragma('user_version = 1');
  return { ...api, data, ours, form };
}

describe('a release whose storage format of views differs from that of the existing views', () => {
  it('refuses to open them on the command line, and leaves them unchanged', async () => {
    const { data, form, platform, close } = await serviceWithOldViews();
    const before = await platform.rows.find(caseloads);
    expect(before).toHaveLength(1);

    for (const command of [
      ['views'],
      ['kpis'],
      ['row', 'caseload', 'm-1'],
      ['rebuild', 'start', 'caseload'],
    ]) {
      const { code, out, errors } = await waymark(data, ...command);
      expect([command, code, out]).toEqual([command, 1, '']);
      expect(errors).toMatch(
        /^VIEWS_OF_ANOTHER_RELEASE: .* command line of that release, or start the service/,
      );
    }
    expect(form()).toBe(1);
    expect(await platform.rows.find(caseloads)).toEqual(before);
    await close();
  });

  it('reports in a check that all views will be rebuilt, and changes nothing', async () => {
    const { data, form, platform, close } = await serviceWithOldViews();
    const [names, members] = [await platform.rowStore.names(), await platform.control.list('member/')];

    const { code, out } = await waymark(data, 'check', '--json');
    const { findings } = JSON.parse(out) as CheckReport;
    expect(code).toBe(2);
    expect(findings[0]).toEqual({
      ...{ effect: 'work', code: 'VIEWS_OF_ANOTHER_RELEASE' },
      message: expect.stringContaining('rebuilds all views from the log'),
    });
    expect(findings.flatMap((each) => (each.code === 'REBUILD' ? [each.view] : []))).toEqual(
      views.map(({ name }) => name),
    );
    expect(form()).toBe(1);
    expect(await platform.rowStore.names()).toEqual(names);
    expect((await platform.control.list('member/')).map(({ id }) => id)).toEqual(members.map(({ id }) => id));
    await close();
  });

  it('restores a backup with the other format', async () => {
    const { data, form, close } = await serviceWithOldViews();
    await close();
    const [backup, restored] = [join(temporaryDirectory(), 'backup'), join(temporaryDirectory(), 'data')];
    expect((await waymark(data, 'backup', backup, '--with-keys')).code).toBe(0);
    expect(form()).toBe(1);
    expect((await waymark(data, 'restore', backup, '--data', restored)).code).toBe(0);

    const platform = await Platform.open({ data: restored, work: false });
    afterwards(() => platform.close());
    expect(await platform.log.head()).toBeGreaterThan(0);
    expect(await platform.rowStore.names()).toEqual([]);
  });

  it('rebuilds them when its service starts', async () => {
    const { data, ours, form, close } = await serviceWithOldViews();
    await close();
    const { http } = await startProgram('api', data, { WAYMARK_WORK: 'true' });
    await eventually(async () => ((await http.get('/health/ready')).status === 200 ? true : undefined));

    expect(form()).toBe(ours);
    const { code, out } = await waymark(data, 'check', '--json');
    expect([code, (JSON.parse(out) as CheckReport).findings]).toEqual([0, []]);
  });
});
