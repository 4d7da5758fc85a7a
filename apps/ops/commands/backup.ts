import { Command } from 'commander';
import {
  backupText,
  backupWithProgress,
  restoredText,
  restoreWithProgress,
  verificationText,
  verifyWithProgress,
} from '@waymark/operations/terminal';
import { settingsFrom } from '@waymark/platform';
import { print, printJson } from '../output';

interface Flags {
  readonly json?: boolean;
}

export const backup = new Command('backup')
  .enablePositionalOptions()
  .description('copy the data folder to another, while services work on it')
  .argument('<folder>', 'one that is empty, or not there')
  .option('--with-keys', 'with the keys, by which personal data can be told: otherwise they are kept apart')
  .option('--json', 'print the manifest')
  .action(
    async (folder: string, { withKeys = false, json = false }: Flags & { readonly withKeys?: boolean }) => {
      const { data, engines, hashKey } = settingsFrom(process.env);
      const options = { data, engines, withKeys, quiet: json, ...(hashKey && { hashKey }) };
      const manifest = await backupWithProgress(folder, options);
      if (json) printJson(manifest);
      else print(backupText(manifest));
    },
  );

backup
  .command('verify')
  .description(
    'compare a backup with its manifest, and look through its databases; exit code 1 where it is not sound',
  )
  .argument('<folder>')
  .option('--json', 'print an object')
  .action(async (folder: string, { json = false }: Flags) => {
    const verification = await verifyWithProgress(folder, { quiet: json });
    if (json) printJson(verification);
    else print(verificationText(verification));
    if (verification.problems.length > 0) process.exitCode = 1;
  });

interface RestoreFlags extends Flags {
  readonly data?: string;
  readonly replace?: boolean;
  readonly keys?: string;
}

export const restore = new Command('restore')
  .description('make the data folder of a backup, once that has been verified')
  .argument('<folder>', 'the backup')
  .option('--data <folder>', 'the data folder: the one that WAYMARK_DATA names, if left out')
  .option('--replace', 'put the data folder that is there aside, under another name')
  .option('--keys <folder>', 'the keys, where the backup has none and they are not in the data folder')
  .option('--json', 'print an object')
  .action(async (folder: string, { data: named, replace = false, keys, json = false }: RestoreFlags) => {
    const { data: usual, hashKey } = settingsFrom(process.env);
    const data = named ?? usual;
    const options = { data, replace, keys, quiet: json, ...(hashKey && { hashKey }) };
    const restored = await restoreWithProgress(folder, options);
    if (json) printJson(restored);
    else print(restoredText(restored, data));
  });
