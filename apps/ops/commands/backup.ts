import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import {
  backupText,
  backupWithProgress,
  restoredText,
  restoreWithProgress,
  backupVerificationText,
  verifyBackupWithProgress,
} from '@waymark/operations/terminal';
import { settingsFrom } from '@waymark/platform';
import { EXIT } from '../exit-codes';
import { print, printJson } from '../output';

interface Flags {
  readonly json?: boolean;
}

export const backup = new Command('backup')
  .enablePositionalOptions()
  .description('back up the data folder, while services use it')
  .argument('<folder>', 'folder for the backup: empty or new')
  .option('--with-keys', 'include the keys: anyone who has the backup can then decrypt personal data')
  .option('--json', 'print the manifest')
  .action(
    async (folder: string, { withKeys = false, json = false }: Flags & { readonly withKeys?: boolean }) => {
      const options = { ...settingsFrom(process.env), withKeys, quiet: json };
      const manifest = await backupWithProgress(folder, options);
      if (json) printJson(manifest);
      else print(backupText(manifest));
    },
  );

backup
  .command('verify')
  .description(
    'compare a backup with its manifest, and verify its databases, its hash chains and its seals; exit code 1 if it is damaged',
  )
  .argument('<folder>', 'folder of the backup')
  .option(
    '--public-key <file>',
    'PEM file of the public keys of the seals (default: that of this machine, or else that in the backup)',
  )
  .option('--json', 'print an object')
  .action(async (folder: string, { publicKey, json = false }: Flags & { readonly publicKey?: string }) => {
    const publicKeys = publicKey === undefined ? undefined : readFileSync(publicKey, 'utf8');
    const options = { ...settingsFrom(process.env), publicKeys, quiet: json };
    const verification = await verifyBackupWithProgress(folder, options);
    if (json) printJson(verification);
    else print(backupVerificationText(verification));
    if (verification.problems.length > 0) process.exitCode = EXIT.failed;
  });

interface RestoreFlags extends Flags {
  readonly data?: string;
  readonly replace?: boolean;
  readonly keys?: string;
}

export const restore = new Command('restore')
  .description('verify a backup and restore it to the data folder; services must be stopped')
  .argument('<folder>', 'folder of the backup')
  .option('--data <folder>', 'data folder to restore to (default: WAYMARK_DATA)')
  .option('--replace', 'rename the existing data folder first, and keep it')
  .option('--keys <folder>', 'folder of the keys, if they are neither in the backup nor in the data folder')
  .option('--json', 'print an object')
  .action(async (folder: string, { data: named, replace = false, keys, json = false }: RestoreFlags) => {
    const { data: configured, hashKey } = settingsFrom(process.env);
    const data = named ?? configured;
    const options = { data, replace, keys, quiet: json, ...(hashKey && { hashKey }) };
    const restored = await restoreWithProgress(folder, options);
    if (json) printJson(restored);
    else print(restoredText(restored, data));
  });
