import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { registersOf } from '@waymark/modules/imports/views/import-reports';
import { importTable, importWithProgress } from '@waymark/operations/terminal';
import { lacksStores, Platform, settingsFrom, tryOut } from '@waymark/platform';
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
    if (dryRun && lacksStores(settingsFrom(process.env))) return onNewFolder(importInto);
    return dryRun
      ? withPassivePlatform((platform) => tryOut(platform, (copy) => importInto(copy, platform)))
      : withWorkingPlatform(async (platform) => {
          await platform.work([]);
          await importInto(platform);
        });
  });

/** A dry run without a data folder works in a temporary folder, which is deleted afterwards. */
async function onNewFolder(work: (platform: Platform) => Promise<void>): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'waymark-dry-run-'));
  try {
    const platform = await Platform.open({ data });
    try {
      await platform.work([]);
      await work(platform);
    } finally {
      await platform.close();
    }
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}
