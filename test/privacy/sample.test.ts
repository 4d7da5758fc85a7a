import { journeysOf } from '@waymark/modules/journey/facts';
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { everywhere } from '@waymark/core/access';
import { sourceFiles } from '@waymark/core/imports';
import { verifyLog } from '@waymark/core/log';
import { destroyErasedKeys, erase } from '@waymark/governance/privacy';
import { Importer } from '@waymark/modules/imports/importer';
import { attendanceBy } from '@waymark/modules/insights/attendance';
import { kpisBy } from '@waymark/modules/insights/kpis';
import { views } from '@waymark/modules';
import { packageFile, personalFields, type Platform, readSeals } from '@waymark/platform';
import { opened } from '../operations/data-folders';
import { readWhole } from '../support/events';
import { temporaryDirectory } from '../support/stores';
import { rowsOf } from '../support/views';
import { holding, openCopy } from './erasing';

jest.setTimeout(120_000);

const FILES = [
  ...['programme.json', 'schools.csv', 'mentors.csv', 'referrals.csv', 'sessions.csv'],
  'registers/blackpool.csv',
];
const ERASED = 10;

/** UPNs of pupils at the beginning, in the middle and at the end of the sample. */
const upns = (
  parse(readFileSync(packageFile('data', 'sample', 'referrals.csv')), { columns: true, bom: true }) as {
    readonly UPN: string;
  }[]
)
  .map(({ UPN }) => UPN)
  .filter((_, index, all) => index % Math.ceil(all.length / ERASED) === 0);

const BY = { by: 'area', from: '2025-09-01', to: '2026-07-31' } as const;

const figures = async ({ rows, published }: Platform): Promise<unknown> => ({
  kpis: await kpisBy(rows, published, { by: 'area' }, everywhere),
  attendance: await attendanceBy(rows, BY, everywhere),
});

/** Events of some people that contain personal data. */
async function telling({ events }: Platform, subjects: ReadonlySet<string>): Promise<string[]> {
  const log = await readWhole(events, 5_000);
  return log.flatMap(({ type, data, metadata: { subject = '' } }) =>
    subjects.has(subject) && (personalFields.get(type) ?? []).some((field) => field in data) ? [type] : [],
  );
}

async function idOf({ submitter }: Platform, upn: string): Promise<string> {
  const holder = (await submitter.holder('upn', upn))!;
  return holder.slice(holder.indexOf('-') + 1);
}

describe('ten erased pupils of the sample', () => {
  it('cannot be read anywhere, change no figure of an area, and leave a valid log and views that can be rebuilt', async () => {
    const platform = await opened(temporaryDirectory());
    const paths = FILES.map((name) => packageFile('data', 'sample', name));
    await new Importer(platform, '00000000-0000-4000-8000-000000000001', await sourceFiles(paths), {
      actor: 'local-operator',
    }).run();
    await platform.settle();
    await platform.sealLog();
    const ids = await Promise.all(upns.map((upn) => idOf(platform, upn)));
    const subjects = new Set(ids);
    expect(subjects.size).toBe(ERASED);
    expect((await telling(platform, subjects)).length).toBeGreaterThanOrEqual(ERASED);
    const before = await figures(platform);
    const backup = await openCopy({ data: platform.data });

    for (const id of ids) {
      const request = { kind: 'pupil', id, ground: 'CONSENT_WITHDRAWN', actor: 'officer' } as const;
      expect(await erase(platform, request)).toBe('completed');
    }
    await platform.settle();

    expect(await telling(platform, subjects)).toEqual([]);
    expect(holding(platform.data, upns)).toEqual([]);
    for (const id of ids) {
      for (const journey of await journeysOf(id, platform.look))
        expect(await platform.submitter.facts('journey', journey)).toMatchObject({ ended: true });
    }
    expect(await figures(platform)).toEqual(before);

    await platform.sealLog();
    const { fault, unsealed } = await verifyLog(
      platform.stores.events,
      readSeals({ data: platform.data }, {}),
    );
    expect(fault).toBeUndefined();
    expect(unsealed).toEqual({ events: 0 });

    const names = views.map(({ name }) => name);
    const rows = await rowsOf(platform.rows, views);
    await platform.rebuilder.plan(names);
    expect(await platform.rebuilder.run(names)).toBe('live');
    await platform.settle();
    expect(await rowsOf(platform.rows, views)).toEqual(rows);

    // The earlier log contains their data only as long as the earlier keys exist.
    expect(await telling(backup, subjects)).not.toEqual([]);
    const restored = await openCopy({ data: backup.data }, { data: platform.data, only: 'keys' });
    expect(await destroyErasedKeys(restored)).toEqual([]);
    expect(await telling(restored, subjects)).toEqual([]);
  });
});
