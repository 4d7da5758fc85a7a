import { Command, Option } from 'commander';
import { sideBySide } from '@waymark/core/concurrency';
import { Refusal } from '@waymark/core/kernel';
import { attendanceBy, type AttendanceGroup, attendanceGroups } from '@waymark/modules/insights/attendance';
import { type KpiGroup, kpiGroups, kpisBy } from '@waymark/modules/insights/kpis';
import { namesIn } from '@waymark/modules/insights/names';
import { attendanceTable, kpiTable } from '@waymark/operations/terminal';
import type { Platform } from '@waymark/platform';
import { withPlatform } from '../open';
import { day, instant } from '../options';
import { print, printJson } from '../output';
import { reach } from '../rules';

/** Answer from views that have seen all that the log holds. */
const withViews = (work: (platform: Platform) => Promise<void>): Promise<void> =>
  withPlatform(async (platform) => {
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
  .description('sessions and rates over a period')
  .addOption(new Option('--by <group>', 'what to add up by').choices(attendanceGroups).makeOptionMandatory())
  .requiredOption('--from <day>', 'first day', day)
  .requiredOption('--to <day>', 'last day', day)
  .option('--as-known-at <time>', 'only what schools had recorded by then', instant)
  .addOption(new Option('--key <key>', "a pupil's key").choices(['id', 'upn']).default('id'))
  .option('--reason <text>', 'why numbers are to be shown; it is recorded, so name no child in it')
  .option('--json', 'print an array')
  .action(({ by, from, to, asKnownAt, key, reason, json = false }: AttendanceFlags) =>
    withViews(async (platform) => {
      const known = asKnownAt === undefined ? {} : { asKnownAt };
      const rows = await attendanceBy(platform.rows, { by, from, to, ...known }, reach().covers);
      const pupils = by === 'pupil' ? rows.map((row) => row.key) : [];
      const keyed = key === 'upn' && by === 'pupil' ? await byUpn(platform, rows, reason) : rows;
      await platform.accessLog.record(reach().principal, 'GetAttendance', pupils, reason);
      if (json) printJson(keyed);
      else print(attendanceTable(keyed));
    }),
  );

interface KpiFlags {
  readonly by: KpiGroup;
  readonly programme?: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

export const kpis = new Command('kpis')
  .description('the funnel, sessions, and absence before and after')
  .addOption(new Option('--by <group>', 'what to add up by').choices(kpiGroups).default('region'))
  .option('--programme <id>', 'only one programme')
  .option('--from <day>', 'count only funnel steps and sessions from this day on', day)
  .option('--to <day>', 'count only funnel steps and sessions up to this day', day)
  .option('--json', 'print an array')
  .action(({ by, programme, from, to, json = false }: KpiFlags) =>
    withViews(async (platform) => {
      const query = {
        by,
        ...(programme === undefined ? {} : { programme }),
        ...(from === undefined && to === undefined
          ? {}
          : { period: { from: from ?? '0001-01-01', to: to ?? '9999-12-31' } }),
      };
      const groups = await kpisBy(platform.rows, platform.published, query, reach().covers);
      if (json) printJson(groups);
      else print(kpiTable(groups));
    }),
  );

/** By pupils' numbers, of those that may be shown; the others stay masked. Refused as `REASON_MISSING`. */
async function byUpn<Row extends { readonly key: string }>(
  platform: Platform,
  rows: readonly Row[],
  reason: string | undefined,
): Promise<Row[]> {
  if (reason === undefined)
    throw new Refusal('REASON_MISSING', 'Say with --reason why numbers are to be shown.', 'invalid');
  const known = await namesIn(platform.submitter).pupils(rows.map(({ key }) => key));
  const shown: Row[] = [];
  await sideBySide(rows, async (row) => {
    const upn = known.get(row.key)?.upn;
    const told = upn !== undefined && (await platform.scopesOf('pupil', row.key)).some(reach().showsUpns);
    shown.push(told ? { ...row, key: upn } : row);
  });
  return shown.sort((a, b) => (a.key < b.key ? -1 : 1));
}
