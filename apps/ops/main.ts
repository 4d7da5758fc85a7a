import 'reflect-metadata';
import { Command, InvalidArgumentError, Option } from 'commander';
import { Platform, settingsFrom } from '@waymark/platform';
import {
  attendanceBy,
  attendanceGroups,
  byKey,
  kpiGroups,
  kpisBy,
  pupils,
  registersOf,
  type AttendanceGroup,
  type KpiGroup,
} from '@waymark/views';
import { isDay, toInstant } from '@waymark/vocabulary';
import { attendanceTable, importTable, importWithProgress, kpiTable } from '@waymark/terminal';

/** Who the command line acts as, until access tokens say so. */
const ACTOR = 'cli';

const print = (value: string): void => void process.stdout.write(`${value}\n`);
const printJson = (value: unknown): void => print(JSON.stringify(value, undefined, 1));

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

/** Open the platform, do something with it, and close it whatever happens. */
async function withPlatform(work: (platform: Platform) => Promise<void>): Promise<void> {
  const platform = await Platform.open({
    ...settingsFrom(process.env),
    work: true,
    standby: true,
    onFault: (what, reason) => process.stderr.write(`${what}: ${reason}\n`),
  });
  try {
    await platform.work([]);
    await work(platform);
  } finally {
    await platform.close();
  }
}

const waymark = new Command('waymark').description(
  'Imports and figures of attendance mentoring programmes, on the data in WAYMARK_DATA (.waymark)',
);

waymark
  .command('import')
  .description('bring files in: folders or files, in the order given')
  .argument('<path...>')
  .option('--dry-run', 'say what would become of every row, and change nothing')
  .option('--supplier-codes', 'registers write two-character codes as one character, as some suppliers do')
  .option('--json', 'print the report as JSON')
  .action((paths: string[], { dryRun = false, supplierCodes = false, json = false }: ImportFlags) =>
    withPlatform(async (platform) => {
      const target = dryRun ? await platform.scratch() : platform;
      try {
        const options = { actor: ACTOR, aliases: supplierCodes, quiet: json };
        const { id, report } = await importWithProgress(target, paths, options);
        if (json) printJson({ id, dryRun, ...report, registers: registersOf(report) });
        else print(`${importTable(report)}${dryRun ? '\nA dry run: nothing was changed.' : ''}`);
      } finally {
        if (dryRun) await target.close();
      }
    }),
  );

waymark
  .command('attendance')
  .description('sessions and rates over a period')
  .addOption(new Option('--by <group>', 'what to add up by').choices(attendanceGroups).makeOptionMandatory())
  .requiredOption('--from <day>', 'first day', day)
  .requiredOption('--to <day>', 'last day', day)
  .option('--as-known-at <time>', 'only what schools had recorded by then', instant)
  .addOption(new Option('--key <key>', "a pupil's key").choices(['id', 'upn']).default('id'))
  .option('--json', 'print an array')
  .action(({ by, from, to, asKnownAt, key, json = false }: AttendanceFlags) =>
    withPlatform(async (platform) => {
      await platform.settle();
      const known = asKnownAt === undefined ? {} : { asKnownAt };
      const rows = await attendanceBy(platform.rows, { by, from, to, ...known });
      const named = by === 'pupil' && key === 'upn' ? await byUpn(platform, rows) : rows;
      if (json) printJson(named);
      else print(attendanceTable(named));
    }),
  );

waymark
  .command('kpis')
  .description('the funnel, sessions, and absence before and after')
  .addOption(new Option('--by <group>', 'what to add up by').choices(kpiGroups).default('region'))
  .option('--programme <id>', 'only one programme')
  .option('--from <day>', 'count only funnel steps and sessions from this day on', day)
  .option('--to <day>', 'count only funnel steps and sessions up to this day', day)
  .option('--json', 'print an array')
  .action(({ by, programme, from, to, json = false }: KpiFlags) =>
    withPlatform(async (platform) => {
      await platform.settle();
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

interface ImportFlags {
  readonly dryRun?: boolean;
  readonly supplierCodes?: boolean;
  readonly json?: boolean;
}

interface AttendanceFlags {
  readonly by: AttendanceGroup;
  readonly from: string;
  readonly to: string;
  readonly asKnownAt?: string;
  readonly key: 'id' | 'upn';
  readonly json?: boolean;
}

interface KpiFlags {
  readonly by: KpiGroup;
  readonly programme?: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

/** What people are told of an error; where it is this program's own, where in it that was. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as Error & { readonly code?: unknown };
  // A refusal, or something that the system or the store will not do.
  if (typeof code !== 'string') return error.stack ?? error.message;
  return error.message.startsWith(code) ? error.message : `${code}: ${error.message}`;
}

waymark.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${told(error)}\n`);
  process.exitCode = 1;
});
