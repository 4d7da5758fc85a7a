import { Command } from 'commander';
import { dropLeftRows, statesOf } from '@waymark/operations';
import { statesTable } from '@waymark/operations/terminal';
import { besidePlatform } from '../open';
import { print, printJson } from '../output';

export const views = new Command('views')
  .description('how each generation of each view stands, and the policies')
  .option('--json', 'print an object')
  .action(({ json = false }: { readonly json?: boolean }) =>
    besidePlatform(async (platform) => {
      const states = await statesOf(platform);
      if (json) printJson(states);
      else print(statesTable(states));
    }),
  );

views
  .command('drop')
  .description('forget rows that this release has no use for, as `waymark check` names them')
  .argument('<rows>', 'their name, such as caseload@1.2')
  .action((rows: string) => besidePlatform((platform) => dropLeftRows(platform, rows)));
