import { Command } from 'commander';
import { retryRow, skipEvent, type WaitingRow, waitingRows } from '@waymark/operations';
import { parkedTable } from '@waymark/operations/terminal';
import { besidePlatform } from '../open';
import { print, printJson } from '../output';
import { reach } from '../rules';

interface Flags {
  readonly json?: boolean;
}

const show = (rows: readonly WaitingRow[], { json = false }: Flags): void => {
  if (json) printJson(rows);
  else print(parkedTable(rows));
};

/** Where something still waits, the command says so by its exit code. */
const showWhatIsLeft = (rows: readonly WaitingRow[], flags: Flags): void => {
  show(rows, flags);
  if (rows.length > 0) process.exitCode = 2;
};

export const parked = new Command('parked')
  .enablePositionalOptions()
  .description('rows that wait at an event which could not be folded, and streams of policies')
  .option('--json', 'print an array')
  .action((flags: Flags) => besidePlatform(async (platform) => show(await waitingRows(platform), flags)));

parked
  .command('retry')
  .description('take what waits, now that the code has been mended; exit code 2 where it still cannot be')
  .argument('<view>', 'a view, or policies')
  .argument('<key>', "the row's key, or the stream's name")
  .option('--json', 'print an array of what still waits')
  .action((view: string, key: string, flags: Flags) =>
    besidePlatform(async (platform) => showWhatIsLeft(await retryRow(platform, view, key), flags)),
  );

parked
  .command('skip')
  .description(
    'leave out the event, for good, and take what waits behind it; exit code 2 where the next cannot be',
  )
  .argument('<view>', 'a view, or policies')
  .argument('<key>', "the row's key, or the stream's name")
  .requiredOption('--reason <text>', 'why; it is recorded')
  .option('--json', 'print an array of what still waits')
  .action((view: string, key: string, { reason, ...flags }: Flags & { readonly reason: string }) =>
    besidePlatform(async (platform) =>
      showWhatIsLeft(await skipEvent(platform, view, key, { reason, actor: reach().principal.id }), flags),
    ),
  );
