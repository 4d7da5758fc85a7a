import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { everywhere } from '@waymark/core/access';
import { sourceFiles } from '@waymark/core/imports';
import { every } from '@waymark/core/projections';
import { Importer } from '@waymark/modules/imports/importer';
import { importReport, registersOf } from '@waymark/modules/imports/views/import-reports';
import { attendanceBy, type AttendanceGroup, type GroupAttendance } from '@waymark/modules/insights/attendance';
import { kpisBy } from '@waymark/modules/insights/kpis';
import { namesIn } from '@waymark/modules/insights/names';
import { pupils } from '@waymark/modules/pupil/views/pupils';
import { packageFile, Platform } from '@waymark/platform';


const expected = JSON.parse(readFileSync(join(__dirname, 'expected.json'), 'utf8')) as Expected;
const sample = packageFile('data', 'sample');
const FIRST_RECORDED = '2026-02-15T00:00:00Z';

interface Expected {
  readonly rules: Record<'baseline' | 'followUp', [string, string]>;
  readonly registers: Record<string, object>;
  readonly pupils: Record<string, Record<'baseline' | 'followUp' | 'baselineAsFirstRecorded', object>>;
  readonly schools: Record<string, Record<'baseline' | 'followUp', object>>;
  readonly areas: Record<string, { allocated: number; consented: number; baseline: object; followUp: object; sessions: object }>;
}

const registers = (order: readonly string[]): string[] =>
  order.flatMap((kind) => Object.keys(expected.registers).map((area) => join(sample, 'registers', `${area}${kind}.csv`)));

const rest = ['programme.json', 'schools.csv', 'mentors.csv', 'referrals.csv', 'sessions.csv'].map((name) => join(sample, name));

async function imported(platform: Platform, id: string, paths: readonly string[]) {
  await new Importer(platform, id, await sourceFiles(paths), { actor: 'local-operator' }).run();
  await platform.settle();
  return (await importReport(platform.rows, id))!;
}

const IMPORTS = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'] as const;

jest.setTimeout(120_000);

describe.each([
  ['registers before corrections', ['', '-corrections']],
  ['corrections before registers', ['-corrections', '']],
])('the sample programme, %s', (_, order) => {
  let platform: Platform;
  const data = mkdtempSync(join(tmpdir(), 'waymark-sample-'));

  beforeAll(async () => {
    platform = await Platform.open({ data });
  });
  afterAll(async () => {
    await platform.close();
    rmSync(data, { recursive: true });
  });

  const everyFigure = (): void => {
    it('returns every pupil’s sessions and rates, current and as first recorded', async () => {
      const upns = new Map<string, string>();
      const ids: string[] = [];
      for await (const { key } of every(platform.rows, pupils)) ids.push(key);
      for (const [id, { upn }] of await namesIn(platform.submitter).pupils(ids)) upns.set(id, upn!);
      const of = async (from: string, to: string, asKnownAt?: string) =>
        new Map(
          (await attendanceBy(platform.rows, { by: 'pupil', from, to, ...(asKnownAt ? { asKnownAt } : {}) }, everywhere)).map(
            ({ key, ...row }) => [upns.get(key), row],
          ),
        );
      const baseline = await of(...expected.rules.baseline);
      const followUp = await of(...expected.rules.followUp);
      const baselineAsFirstRecorded = await of(...expected.rules.baseline, FIRST_RECORDED);
      expect(upns.size).toBe(300);
      for (const [upn, figures] of Object.entries(expected.pupils)) {
        expect({
          baseline: baseline.get(upn),
          followUp: followUp.get(upn),
          baselineAsFirstRecorded: baselineAsFirstRecorded.get(upn),
        }).toEqual(figures);
      }
    });

    it.each(['school', 'area'] as const)('returns the sums and rates by %s', async (by: AttendanceGroup) => {
      const wanted = by === 'school' ? expected.schools : expected.areas;
      for (const window of ['baseline', 'followUp'] as const) {
        const [from, to] = expected.rules[window];
        const rows = (await attendanceBy(platform.rows, { by, from, to }, everywhere)) as GroupAttendance[];
        expect(rows.map(({ key }) => key)).toEqual(Object.keys(wanted).sort());
        for (const row of rows) expect(row).toMatchObject(wanted[row.key]![window]);
      }
    });

    it('returns the funnel and the sessions by area', async () => {
      const rows = await kpisBy(platform.rows, platform.published, { by: 'area' }, everywhere);
      for (const row of rows) {
        const { allocated, consented, sessions, baseline, followUp } = expected.areas[row.key]!;
        expect(row).toMatchObject({ allocated, consented, baseline, followUp, referred: 100 });
        const { started, completed, sessionsHeld: held, sessionsNotHeld: notHeld, minutesHeld } = row;
        expect({ started, completed, held, notHeld, minutesHeld, mentored: started }).toEqual(sessions);
        expect(row.eligible).toBe((baseline as { eligiblePupils: number }).eligiblePupils);
      }
      expect(rows).toHaveLength(3);
    });
  };

  describe('imported once', () => {
    it('accepts, repeats and rejects the expected rows', async () => {
      const report = await imported(platform, IMPORTS[0], [...rest, ...registers(order)]);
      expect(registersOf(report)).toEqual(expected.registers);
      for (const { kind, rejected, repeated } of report.files) {
        if (kind !== 'registers') expect({ kind, rejected, repeated }).toEqual({ kind, rejected: 0, repeated: 0 });
      }
    });
    everyFigure();
  });

  describe('imported twice', () => {
    it('accepts nothing, repeats every valid row, and rejects the same rows', async () => {
      const before = (await importReport(platform.rows, IMPORTS[0]))!;
      const again = await imported(platform, IMPORTS[1], [...rest, ...registers(order)]);
      expect(again.files.map(({ accepted }) => accepted)).toEqual(before.files.map(() => 0));
      expect(again.files.map(({ repeated }) => repeated)).toEqual(before.files.map((file) => file.accepted + file.repeated));
      expect(again.files.map(({ rejectedBy }) => rejectedBy)).toEqual(before.files.map(({ rejectedBy }) => rejectedBy));
    });
    everyFigure();
  });
});
