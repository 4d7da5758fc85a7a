import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { openPlace } from '@waymark/operations';
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
    'hold the log against its chains and its seals, and name the first thing that is wrong: exit code 1 where something is',
  )
  .option('--seals <file>', "a file of seals, a line each; the service's own, if left out")
  .option('--public-key <file>', "PEM file of the keys that sign them; this machine's own, if left out")
  .option(
    '--from <place>',
    "sqlite:<folder or file>, or esdb: for the server in EVENTSTORE_URL; the service's log, if left out",
  )
  .option('--json', 'print an object')
  .action(async ({ seals: file, publicKey, from, json = false }: Flags) => {
    const { env } = process;
    const settings = settingsFrom(env);
    const publicKeys = publicKey === undefined ? undefined : readFileSync(publicKey, 'utf8');
    const seals = readSeals(settings, { file, publicKeys });
    const own = settings.engines.events === undefined ? `sqlite:${settings.data}` : 'esdb:';
    const { log } = await openPlace(from ?? own, 'read', env);
    try {
      const verified = await verifyLogWithProgress(log, { ...seals, quiet: json });
      if (json) printJson(verified);
      else print(verifyLogText(verified));
      if (verified.fault) process.exitCode = 1;
    } finally {
      await log.close();
    }
  });
