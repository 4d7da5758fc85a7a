import { Command } from 'commander';
import { dropUnusedRows, viewStates } from '@waymark/operations';
import { statesTable } from '@waymark/operations/terminal';
import { withPassivePlatform } from '../open';
import { print, printJson } from '../output';

export const views = new Command('views')
  .description('show the state of each generation of each view, and of the policies')
  .option('--json', 'print an object')
  .action(({ json = false }: { readonly json?: boolean }) =>
    withPassivePlatform(async (platform) => {
      const states = await viewStates(platform);
      if (json) printJson(states);
      else print(statesTable(states));
    }),
  );

views
  .command('drop')
  .description('delete rows that this release does not use, as listed by `waymark check`')
  .argument('<rows>', 'name of the rows, such as caseload@1.2')
  .action((rows: string) => withPassivePlatform((platform) => dropUnusedRows(platform, rows)));
