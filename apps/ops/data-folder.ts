import type { Command } from 'commander';
import { demandDataFolder, demandStores, settingsFrom } from '@waymark/platform';
import { nameOf } from './command-names';

/** How a command uses the data folder. */
type Use =
  /** It creates the folder if it does not exist. */
  | 'creates'
  /** It needs an existing data folder, and never creates one. */
  | 'needs'
  /** It works without a data folder, or checks by itself what it needs of one. */
  | 'free';

type Options = Readonly<Record<string, unknown>>;

/** The commands that do not simply need a data folder. */
const uses: Readonly<Record<string, (options: Options) => Use>> = {
  import: () => 'creates',
  token: () => 'creates',
  restore: () => 'free',
  copy: () => 'free',
  'backup verify': () => 'free',
  certificate: () => 'free',
  verify: ({ from }) => (from === undefined ? 'needs' : 'free'),
  retention: ({ rules }) => (rules === undefined ? 'needs' : 'free'),
};

/**
 * Check the data folder before each command. Throws `NO_DATA` instead of creating a folder for a command that only reads, and
 * `NOT_A_DATA_FOLDER` for a file or a folder of other things. A person's token is checked with what the folder holds.
 */
export function checkDataFolder(program: Command): void {
  program.hook('preAction', (_program, command) => {
    const settings = settingsFrom(process.env);
    const use = uses[nameOf(command)]?.(command.opts()) ?? 'needs';
    if (use === 'needs' || process.env['WAYMARK_TOKEN']) demandStores(settings);
    else if (use === 'creates') demandDataFolder(settings);
  });
}
