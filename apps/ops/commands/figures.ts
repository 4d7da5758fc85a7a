import { Command, InvalidArgumentError, Option } from 'commander';
import type { Platform } from '@waymark/platform';
import { attendanceTable, kpiTable } from '@waymark/terminal';
import {
  attendanceBy,
  attendanceGroups,
  byKey,
  kpiGroups,
  kpisBy,
  pupils,
  type AttendanceGroup,
  type KpiGroup,
} from '@waymark/views';
import { isDay, toInstant } from '@waymark/vocabulary';
import { withPlatform } from '../open';
import { print, printJson } from '../output';

const day = (text: string): string => {
  if (!isDay(text)) throw new InvalidArgumentError('It must be a day that exists, as YYYY-MM-DD.');
  return text;
};

const instant = (text: string): string => {
  const moment = toInstant(text);
  if (moment === undefined)
    throw new InvalidArgumentError('It must be a moment such as 2026-02-15T00:00:00Z.');
  return moment;
};

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
  readonly json?: boolean;
}

export const attendance = new Command('attendance')
  .description('sessions and rates over a period')
  .addOption(new Option('--by <group>', 'what to add up by').choices(attendanceGroups).makeOptionMandatory())
  .requiredOption('--from <day>', 'first day', day)
  .requiredOption('--to <day>', 'last day', day)
  .option('--as-known-at <time>', 'only what schools had recorded by then', instant)
  .addOption(new Option('--key <key>', "a pupil's key").choices(['id', 'upn']).default('id'))
  .option('--json', 'print an array')
  .action(({ by, from, to, asKnownAt, key, json = false }: AttendanceFlags) =>
    withViews(async (platform) => {
      const known = asKnownAt === undefined ? {} : { asKnownAt };
      const rows = await attendanceBy(platform.rows, { by, from, to, ...known });
      const named = by === 'pupil' && key === 'upn' ? await byUpn(platform, rows) : rows;
      if (json) printJson(named);
      else print(attendanceTable(named));
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
      const rows = await kpisBy(platform.rows, platform.published, {
        by,
        ...(programme === undefined ? {} : { programme }),
        ...(from === undefined && to === undefined
          ? {}
          : { period: { from: from ?? '0001-01-01', to: to ?? '9999-12-31' } }),
      });
      if (json) printJson(rows);
      else print(kpiTable(rows));
    }),
  );

async function byUpn<Row extends { readonly key: string }>(
  platform: Platform,
  rows: readonly Row[],
): Promise<Row[]> {
  const known = await byKey(platform.rows, pupils);
  return rows
    .map((row) => ({ ...row, key: known.get(row.key)?.upn ?? row.key }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
