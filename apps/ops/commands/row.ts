import { Command } from 'commander';
import { rowText, rowWithProgress } from '@waymark/operations/terminal';
import { besidePlatform } from '../open';
import { position } from '../options';
import { print, printJson } from '../output';

interface Flags {
  readonly position?: number;
  readonly json?: boolean;
}

export const row = new Command('row')
  .description("a view's row folded anew from the log, beside the one that is served")
  .argument('<view>')
  .argument('<key>', "the row's key, such as a journey's id")
  .option('--position <number>', 'where the log is taken to end: at its present end, if left out', position)
  .option('--json', 'print an object')
  .action((view: string, key: string, { position: at, json = false }: Flags) =>
    besidePlatform(async (platform) => {
      const found = await rowWithProgress(platform, view, key, { position: at, quiet: json });
      if (json) printJson(found);
      else print(rowText(found));
    }),
  );
