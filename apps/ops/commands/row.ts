import { Command } from 'commander';
import { rowText, rowWithProgress } from '@waymark/operations/terminal';
import { withPassivePlatform } from '../open';
import { position } from '../options';
import { print, printJson } from '../output';
import { reach } from '../rights';

interface Flags {
  readonly position?: number;
  readonly json?: boolean;
}

export const row = new Command('row')
  .description("fold a view's row from the log, and compare it with the row that is served")
  .argument('<view>')
  .argument('<key>', "the row's key, such as a journey's id")
  .option('--position <number>', 'last position to fold (default: the end of the log)', position)
  .option('--json', 'print an object')
  .action((view: string, key: string, { position: at, json = false }: Flags) =>
    withPassivePlatform(async (platform) => {
      const found = await rowWithProgress(platform, view, key, {
        ...{ reader: reach().principal, position: at, quiet: json },
      });
      if (json) printJson(found);
      else print(rowText(found));
    }),
  );
