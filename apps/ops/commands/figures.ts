import { Command, Option } from 'commander';
import { sideBySide } from '@waymark/core/concurrency';
import { Refusal, type RowReader } from '@waymark/core/kernel';
import {
  type AttendanceGroup,
  attendanceGroups,
  attendanceQuery,
} from '@waymark/modules/insights/attendance';
import { type KpiGroup, kpiGroups, kpiQuery } from '@waymark/modules/insights/kpis';
import { attendanceFor } from '@waymark/modules/insights/questions/attendance';
import { kpisFor } from '@waymark/modules/insights/questions/kpis';
import { namesIn } from '@waymark/modules/insights/names';
import { attendanceTable, kpiTable } from '@waymark/operations/terminal';
import type { Platform } from '@waymark/platform';
import { withWorkingPlatform } from '../open';
import { day, instant, recordedText } from '../options';
import { print, printJson } from '../output';
import { reach, reachIn } from '../rights';

/** Run work once all views have processed the whole log. */
const withCurrentViews = (work: (platform: Platform) => Promise<void>): Promise<void> =>
  withWorkingPlatform(async (platform) => {
    await platform.work([]);
    await platform.settle();
    await work(platform);
  });

interface AttendanceFlags {
  readonly by: AttendanceGroup;
  readonly from: string;
  readonly to: string;
  readonly asKnownAt?: string;
  readonly key: 'id' | 'upn';
  readonly reason?: string;
  readonly json?: boolean;
}

export const attendance = new Command('attendance')
  .description('attendance figures for a period')
  .addOption(new Option('--by <group>', 'group by').choices(attendanceGroups).makeOptionMandatory())
  .requiredOption('--from <day>', 'first day', day)
  .requiredOption('--to <day>', 'last day', day)
  .option('--as-known-at <time>', 'only marks that schools had recorded by this moment', instant)
  .addOption(new Option('--key <key>', 'identify pupils by id or UPN').choices(['id', 'upn']).default('id'))
  .option(
    '--reason <text>',
    'why UPNs are shown, required with --key upn; it is recorded, so do not name a child in it',
    recordedText,
  )
  .option('--json', 'print an array')
  .action(async ({ key, reason, json = false, ...asked }: AttendanceFlags) => {
    const query = attendanceQuery(asked);
    const { by } = query;
    await withCurrentViews(async (platform) => {
      const rows = await attendanceFor(await sourcesOf(platform), query);
      const pupils = by === 'pupil' ? rows.map((row) => row.key) : [];
      const keyed = key === 'upn' && by === 'pupil' ? await keyedByUpn(platform, rows, reason) : rows;
      await platform.accessLog.record(reach().principal, 'GetAttendance', pupils, reason);
      if (json) printJson(keyed);
      else print(attendanceTable(keyed));
    });
  });

interface KpiFlags {
  readonly by: KpiGroup;
  readonly programme?: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

export const kpis = new Command('kpis')
  .description('KPIs: the referral funnel, sessions, and absence before and after mentoring')
  .addOption(new Option('--by <group>', 'group by').choices(kpiGroups).default('region'))
  .option('--programme <id>', 'only this programme')
  .option('--from <day>', 'count only funnel steps and sessions from this day on', day)
  .option('--to <day>', 'count only funnel steps and sessions up to this day', day)
  .option('--json', 'print an array')
  .action(async ({ json = false, ...asked }: KpiFlags) => {
    const query = kpiQuery(asked);
    await withCurrentViews(async (platform) => {
      const groups = await kpisFor(await sourcesOf(platform), query);
      const mentors = query.by === 'mentor' ? groups.map(({ key }) => key) : [];
      await platform.accessLog.record(reach().principal, 'GetKpis', mentors);
      if (json) printJson(groups);
      else print(kpiTable(groups));
    });
  });

/** What figures are computed from, for the current principal. */
const sourcesOf = async (platform: Platform) => ({
  reach: await reachIn(platform),
  published: platform.published,
  disclosure: platform.disclosure,
  scopesOf: (module: string, id: string) => platform.scopesOf(module, id),
  kept: <Result>(_: object, work: (rows: RowReader) => Promise<Result>) => work(platform.rows),
});

/** Replace ids by UPNs for pupils whose UPN the principal may see; other rows keep the id. Throws `REASON_MISSING`. */
async function keyedByUpn<Row extends { readonly key: string }>(
  platform: Platform,
  rows: readonly Row[],
  reason: string | undefined,
): Promise<Row[]> {
  if (reason === undefined)
    throw new Refusal('REASON_MISSING', 'Give the reason for showing UPNs with --reason.', 'invalid');
  const known = await namesIn(platform.submitter).pupils(rows.map(({ key }) => key));
  const shown: Row[] = [];
  await sideBySide(rows, async (row) => {
    const upn = known.get(row.key)?.upn;
    const mayShow = upn !== undefined && (await platform.scopesOf('pupil', row.key)).some(reach().showsUpns);
    shown.push(mayShow ? { ...row, key: upn } : row);
  });
  return shown.sort((a, b) => (a.key < b.key ? -1 : 1));
}
