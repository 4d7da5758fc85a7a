import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { packageFile } from '@waymark/platform';
import { withSubcommands } from './command-names';
import { backup, restore } from './commands/backup';
import { certificate } from './commands/certificate';
import { check } from './commands/check';
import { copy } from './commands/copy';
import { erase, erasures } from './commands/erase';
import { attendance, kpis } from './commands/figures';
import { importFiles } from './commands/import';
import { keys } from './commands/keys';
import { parked } from './commands/parked';
import { journey, timeline } from './commands/journey';
import { rebuild } from './commands/rebuild';
import { retention } from './commands/retention';
import { row } from './commands/row';
import { seal } from './commands/seal';
import { subjectAccess } from './commands/subject-access';
import { token } from './commands/token';
import { verify } from './commands/verify';
import { views } from './commands/views';
import { checkDataFolder } from './data-folder';
import { checkRights } from './rights';

const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as {
  readonly version: string;
};

/** The command line. Parsing throws a `CommanderError` for a usage error, the help and the version, which are then printed. */
export const waymark = new Command('waymark')
  // An option belongs to the command that it follows, not to that command's parent.
  .enablePositionalOptions()
  .description(
    'Import data, query figures and operate Waymark on the data in WAYMARK_DATA (default: .waymark)',
  )
  .version(version);

for (const command of [
  importFiles,
  attendance,
  kpis,
  views,
  rebuild,
  parked,
  check,
  journey,
  timeline,
  token,
  row,
  copy,
  keys,
  seal,
  verify,
  backup,
  restore,
  erase,
  erasures,
  certificate,
  subjectAccess,
  retention,
])
  waymark.addCommand(command);

// A new command does not inherit these settings from its parent.
for (const command of withSubcommands(waymark)) command.allowExcessArguments(false).exitOverride();

checkDataFolder(waymark);
checkRights(waymark);
