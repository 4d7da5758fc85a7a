import { Command } from 'commander';
import { publicPem, sealKey, settingsFrom } from '@waymark/platform';
import { besidePlatform } from '../open';
import { print, printJson } from '../output';

interface Flags {
  readonly publicKey?: boolean;
  readonly anew?: boolean;
  readonly json?: boolean;
}

export const seal = new Command('seal')
  .description('seal what was recorded since the last seal, so that whoever changes it later is found out')
  .option('--public-key', 'print the public key that seals are verified with, and seal nothing')
  .option('--anew', 'begin another series of seals: those there are must be kept elsewhere')
  .option('--json', 'print an object')
  .action(async ({ publicKey = false, anew = false, json = false }: Flags) => {
    if (publicKey) {
      process.stdout.write(publicPem(sealKey(settingsFrom(process.env))));
      return;
    }
    await besidePlatform(async (platform) => {
      const report = await platform.sealLog({ anew });
      if (json) printJson(report ?? null);
      else if (!report) print('Another process is sealing the log.');
      else print(`${String(report.events)} events sealed now, ${String(report.sealed)} in all.`);
    });
  });
