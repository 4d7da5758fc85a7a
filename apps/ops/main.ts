import 'reflect-metadata';
import { Command } from 'commander';
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
import { printError, errorText } from './output';
import { checkRights } from './rights';

process.umask(0o077); // only the owner may use the files that this process creates

const waymark = new Command('waymark')
  // An option belongs to the command that it follows, not to that command's parent.
  .enablePositionalOptions()
  .description(
    'Import data, query figures and operate Waymark on the data in WAYMARK_DATA (default: .waymark)',
  );

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

checkRights(waymark);
waymark.parseAsync().catch((error: unknown) => {
  printError(errorText(error));
  process.exitCode = 1;
});
