import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { Refusal } from '@waymark/core/kernel';
import { lostKeysOf, lostKeyText, openLog } from '@waymark/operations';
import { verifyLogText, verifyLogWithProgress } from '@waymark/operations/terminal';
import { readSeals, sealsOnRecord, settingsFrom } from '@waymark/platform';
import { EXIT } from '../exit-codes';
import { print, printError, printJson } from '../output';

interface Flags {
  readonly seals?: string;
  readonly publicKey?: string;
  readonly from?: string;
  readonly json?: boolean;
}

export const verify = new Command('verify')
  .description(
    'verify the log against its hash chains and seals, and the keys of persons; report the first fault, and lost keys; exit code 1 if there are any',
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
      // A named file is more to be trusted than what the log records, and may end before the last seal.
      const known =
        file === undefined ? await sealsOnRecord(settings, log, { withViews: from === undefined }) : [];
      const verified = await verifyLogWithProgress(log, { ...seals, known, quiet: json });
      if (file !== undefined && verified.seals === 0 && !verified.fault)
        throw new Refusal(
          'NO_SEALS',
          'The file named with --seals holds no seals. Name another file.',
          'missing',
        );
      // Not of a log in which events cannot even be read.
      const lostKeys = from === undefined && !verified.fault ? await lostKeysOf(log, settings) : undefined;
      if (json) printJson({ ...verified, ...(lostKeys && { lostKeys }) });
      else {
        print([verifyLogText(verified), ...(lostKeys ?? []).map(lostKeyText)].join('\n'));
        if (from === undefined && !verified.fault && !lostKeys)
          printError('The master key is not at hand: the keys of persons were not checked.');
      }
      if (verified.fault ?? lostKeys?.length) process.exitCode = EXIT.failed;
    } finally {
      await log.close();
    }
  });
