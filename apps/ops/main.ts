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
import { journey, timeline } from './commands/past';
import { rebuild } from './commands/rebuild';
import { retention } from './commands/retention';
import { row } from './commands/row';
import { seal } from './commands/seal';
import { subjectAccess } from './commands/subject-access';
import { token } from './commands/token';
import { verify } from './commands/verify';
import { views } from './commands/views';
import { tell, told } from './output';
import { guard } from './rules';

const waymark = new Command('waymark')
  // An option belongs to the command that it follows, not to the one before that.
  .enablePositionalOptions()
  .description(
    'Imports and figures of attendance mentoring programmes, and what operating them takes, on the data in WAYMARK_DATA (.waymark)',
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

guard(waymark);
waymark.parseAsync().catch((error: unknown) => {
  tell(told(error));
  process.exitCode = 1;
});
