import { Command } from 'commander';
import type { CheckReport } from '@waymark/operations';
import { checkTable, checkWithProgress } from '@waymark/operations/terminal';
import { EXIT } from '../exit-codes';
import { withPassivePlatform } from '../open';
import { print, printJson } from '../output';

interface Flags {
  readonly fold?: true | readonly string[];
  readonly json?: boolean;
}

/** 0: nothing to do; 2: there is work; 1: something blocks the release. */
function exitCode({ findings }: CheckReport): number {
  const effects = findings.map(({ effect }) => effect);
  if (effects.includes('blocks')) return EXIT.failed;
  return effects.includes('work') ? EXIT.unfinished : 0;
}

export const check = new Command('check')
  .description(
    'compare this release with the stores and change nothing; exit code 1 if something blocks it, 2 if there is work',
  )
  .option(
    '--fold [view...]',
    'build views in memory to find events that they cannot fold: the views named, or all that would be rebuilt',
  )
  .option('--json', 'print an object')
  .action(({ fold, json = false }: Flags) =>
    withPassivePlatform(async (platform) => {
      const report = await checkWithProgress(platform, { ...(fold && { fold }), quiet: json });
      if (json) printJson(report);
      else print(checkTable(report));
      process.exitCode = exitCode(report);
    }, 'ignore'),
  );
