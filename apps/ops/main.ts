import 'reflect-metadata';
import { Command } from 'commander';
import { backup, restore } from './commands/backup';
import { check } from './commands/check';
import { copy } from './commands/copy';
import { attendance, kpis } from './commands/figures';
import { importFiles } from './commands/import';
import { parked } from './commands/parked';
import { journey, timeline } from './commands/past';
import { rebuild } from './commands/rebuild';
import { row } from './commands/row';
import { views } from './commands/views';
import { tell, told } from './output';

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
  row,
  copy,
  backup,
  restore,
])
  waymark.addCommand(command);

waymark.parseAsync().catch((error: unknown) => {
  tell(told(error));
  process.exitCode = 1;
});
