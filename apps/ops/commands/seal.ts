import { Command } from 'commander';
import { publicPem, sealKey, settingsFrom } from '@waymark/platform';
import { withPassivePlatform } from '../open';
import { print, printJson } from '../output';

interface Flags {
  readonly publicKey?: boolean;
  readonly anew?: boolean;
  readonly json?: boolean;
}

export const seal = new Command('seal')
  .description('sign the events recorded since the last seal, so that later changes to them are detected')
  .option('--public-key', 'print the public key that verifies seals, and seal nothing')
  .option('--anew', 'start a new series of seals; move the existing file of seals elsewhere first')
  .option('--json', 'print an object')
  .action(async ({ publicKey = false, anew = false, json = false }: Flags) => {
    if (publicKey) {
      process.stdout.write(publicPem(sealKey(settingsFrom(process.env))));
      return;
    }
    await withPassivePlatform(async (platform) => {
      const report = await platform.sealLog({ anew });
      if (json) printJson(report ?? null);
      else if (!report) print('Another process is sealing the log.');
      else print(`${String(report.events)} events sealed now, ${String(report.sealed)} in total.`);
    });
  });
