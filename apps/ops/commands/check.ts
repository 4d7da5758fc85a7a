import { Command } from 'commander';
import type { CheckReport } from '@waymark/operations';
import { checkTable, checkWithProgress } from '@waymark/operations/terminal';
import { besidePlatform } from '../open';
import { print, printJson } from '../output';

interface Flags {
  readonly fold?: true | readonly string[];
  readonly json?: boolean;
}

/** 0: nothing stands in the way and nothing is to be done; 2: there is work; 1: something blocks. */
function exitCode({ findings }: CheckReport): number {
  const effects = findings.map(({ effect }) => effect);
  if (effects.includes('blocks')) return 1;
  return effects.includes('work') ? 2 : 0;
}

export const check = new Command('check')
  .description(
    'compare this release with the store, and change nothing; exit code 1 where something blocks, 2 where there is work',
  )
  .option(
    '--fold [view...]',
    'build views in memory to see whether they take every event: those that changed, or these',
  )
  .option('--json', 'print an object')
  .action(({ fold, json = false }: Flags) =>
    besidePlatform(async (platform) => {
      const report = await checkWithProgress(platform, { ...(fold && { fold }), quiet: json });
      if (json) printJson(report);
      else print(checkTable(report));
      process.exitCode = exitCode(report);
    }, 'left'),
  );
