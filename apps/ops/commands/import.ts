import { Command } from 'commander';
import { registersOf } from '@waymark/modules/imports/views/import-reports';
import { importTable, importWithProgress } from '@waymark/operations/terminal';
import { type Platform, tryOut } from '@waymark/platform';
import { withPassivePlatform, withWorkingPlatform } from '../open';
import { print, printJson } from '../output';
import { reach } from '../rights';

interface Flags {
  readonly dryRun?: boolean;
  readonly supplierCodes?: boolean;
  readonly json?: boolean;
}

export const importFiles = new Command('import')
  .description('import files, in the order given; the same command continues an interrupted import')
  .argument('<path...>', 'files or folders')
  .option('--dry-run', 'report what the import would do, and change nothing; the access log records it')
  .option(
    '--supplier-codes',
    'registers use the one-character codes of some suppliers for two-character attendance codes',
  )
  .option('--json', 'print the report as JSON')
  .action((paths: string[], { dryRun = false, supplierCodes = false, json = false }: Flags) => {
    const importInto = async (platform: Platform, original?: Platform): Promise<void> => {
      const options = { actor: reach().principal.id, aliases: supplierCodes, quiet: json };
      const { id, report } = await importWithProgress(platform, paths, options);
      await original?.accessLog.recordDryRun(options.actor, id, report);
      if (json) printJson({ id, dryRun, ...report, registers: registersOf(report) });
      else print(`${importTable(report)}${dryRun ? '\nDry run: nothing was changed.' : ''}`);
    };
    return dryRun
      ? withPassivePlatform((platform) => tryOut(platform, (copy) => importInto(copy, platform)))
      : withWorkingPlatform(async (platform) => {
          await platform.work([]);
          await importInto(platform);
        });
  });
