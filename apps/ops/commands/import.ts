import { Command } from 'commander';
import { registersOf } from '@waymark/modules/imports/views/import-reports';
import { importTable, importWithProgress } from '@waymark/operations/terminal';
import type { Platform } from '@waymark/platform';
import { idlePlatform, withPlatform } from '../open';
import { print, printJson } from '../output';
import { reach } from '../rules';

interface Flags {
  readonly dryRun?: boolean;
  readonly supplierCodes?: boolean;
  readonly json?: boolean;
}

export const importFiles = new Command('import')
  .description('bring files in: folders or files, in the order given')
  .argument('<path...>')
  .option('--dry-run', 'say what would become of every row, and change nothing')
  .option('--supplier-codes', 'registers write two-character codes as one character, as some suppliers do')
  .option('--json', 'print the report as JSON')
  .action((paths: string[], { dryRun = false, supplierCodes = false, json = false }: Flags) => {
    const bring = async (platform: Platform): Promise<void> => {
      const options = { actor: reach().principal.id, aliases: supplierCodes, quiet: json };
      const { id, report } = await importWithProgress(platform, paths, options);
      if (json) printJson({ id, dryRun, ...report, registers: registersOf(report) });
      else print(`${importTable(report)}${dryRun ? '\nA dry run: nothing was changed.' : ''}`);
    };
    return dryRun
      ? idlePlatform((platform) => onCopy(platform, bring))
      : withPlatform(async (platform) => {
          await platform.work([]);
          await bring(platform);
        });
  });

async function onCopy(platform: Platform, work: (copy: Platform) => Promise<void>): Promise<void> {
  const copy = await platform.scratch();
  try {
    await work(copy);
  } finally {
    await copy.close();
  }
}
