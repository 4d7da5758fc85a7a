import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { openLog } from '@waymark/operations';
import { verifyLogText, verifyLogWithProgress } from '@waymark/operations/terminal';
import { readSeals, settingsFrom } from '@waymark/platform';
import { print, printJson } from '../output';

interface Flags {
  readonly seals?: string;
  readonly publicKey?: string;
  readonly from?: string;
  readonly json?: boolean;
}

export const verify = new Command('verify')
  .description(
    'verify the log against its hash chains and seals, and report the first fault; exit code 1 if there is one',
  )
  .option('--seals <file>', "file of seals, one per line (default: the service's own)")
  .option('--public-key <file>', 'PEM file of the public keys of the seals (default: that of this machine)')
  .option(
    '--from <place>',
    "sqlite:<folder or file>, or esdb: for the server in EVENTSTORE_URL (default: the service's log)",
  )
  .option('--json', 'print an object')
  .action(async ({ seals: file, publicKey, from, json = false }: Flags) => {
    const { env } = process;
    const settings = settingsFrom(env);
    const publicKeys = publicKey === undefined ? undefined : readFileSync(publicKey, 'utf8');
    const seals = readSeals(settings, { file, publicKeys });
    const own = settings.engines.events === undefined ? `sqlite:${settings.data}` : 'esdb:';
    const { log } = await openLog(from ?? own, 'verify', env);
    try {
      const verified = await verifyLogWithProgress(log, { ...seals, quiet: json });
      if (json) printJson(verified);
      else print(verifyLogText(verified));
      if (verified.fault) process.exitCode = 1;
    } finally {
      await log.close();
    }
  });
