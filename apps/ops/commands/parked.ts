import { Command } from 'commander';
import { retryParkedRow, skipParkedEvent, type ParkedRowReport, listParkedRows } from '@waymark/operations';
import { parkedTable } from '@waymark/operations/terminal';
import { confirm, YES } from '../confirm';
import { EXIT } from '../exit-codes';
import { withPassivePlatform } from '../open';
import { recordedText } from '../options';
import { print, printJson } from '../output';
import { reach } from '../rights';

interface Flags {
  readonly json?: boolean;
}

interface SkipFlags extends Flags {
  readonly reason: string;
  readonly yes?: boolean;
}

const show = (rows: readonly ParkedRowReport[], { json = false }: Flags): void => {
  if (json) printJson(rows);
  else print(parkedTable(rows));
};

/** Show what is still parked; exit code 2 if there is anything. */
const showRemaining = (rows: readonly ParkedRowReport[], flags: Flags): void => {
  show(rows, flags);
  if (rows.length > 0) process.exitCode = EXIT.unfinished;
};

export const parked = new Command('parked')
  .enablePositionalOptions()
  .description('list parked rows of views and parked streams of policies')
  .option('--json', 'print an array')
  .action((flags: Flags) =>
    withPassivePlatform(async (platform) => show(await listParkedRows(platform, reach().principal), flags)),
  );

parked
  .command('retry')
  .description(
    'process the waiting events of a row again, after a fixed release was started; exit code 2 if it is still parked',
  )
  .argument('<view>', 'a view, or policies')
  .argument('<key>', "the row's key, or the stream's name")
  .option('--json', 'print an array of what is still parked')
  .action((view: string, key: string, flags: Flags) =>
    withPassivePlatform(async (platform) =>
      showRemaining(await retryParkedRow(platform, reach().principal, { view, key }), flags),
    ),
  );

parked
  .command('skip')
  .description(
    'skip the event permanently and process those waiting behind it; exit code 2 if the row is parked again',
  )
  .argument('<view>', 'a view, or policies')
  .argument('<key>', "the row's key, or the stream's name")
  .requiredOption(
    '--reason <text>',
    'why the event is skipped; it is recorded in clear, so name no person',
    recordedText,
  )
  .option('--json', 'print an array of what is still parked')
  .option(...YES)
  .action(async (view: string, key: string, { reason, yes = false, ...flags }: SkipFlags) => {
    await confirm('The event will be skipped in this version of the view, now and in rebuilds.', yes);
    await withPassivePlatform(async (platform) =>
      showRemaining(await skipParkedEvent(platform, reach().principal, { view, key, reason }), flags),
    );
  });
