import { Command } from 'commander';
import type { KeyStore } from '@waymark/core/kernel';
import { countKeys } from '@waymark/core/log';
import { keyCountsText, rotatedText, rotateWithProgress } from '@waymark/operations/terminal';
import { loadMasterKeys, type LoadedMasterKeys, openKeys, settingsFrom } from '@waymark/platform';
import { print, printJson } from '../output';

interface Flags {
  readonly json?: boolean;
}

/** Run work on the key store alone. */
async function withKeys(work: (keys: KeyStore, masters: LoadedMasterKeys) => Promise<void>): Promise<void> {
  const settings = settingsFrom(process.env);
  const keys = await openKeys(settings.data, settings.engines.keys);
  try {
    await work(keys, loadMasterKeys(settings));
  } finally {
    await keys.close();
  }
}

export const keys = new Command('keys')
  .enablePositionalOptions()
  .description('manage the data keys that encrypt personal data');

keys
  .command('status')
  .description('count data keys by the master key that wraps them')
  .option('--json', 'print an object')
  .action(({ json = false }: Flags) =>
    withKeys(async (store, { master }) => {
      const counts = { current: master.id, ...(await countKeys(store)) };
      if (json) printJson(counts);
      else print(keyCountsText(counts));
    }),
  );

keys
  .command('rotate')
  .description(
    'rewrap every data key with the current master key; set former keys in WAYMARK_FORMER_MASTER_KEYS or WAYMARK_FORMER_MASTER_KEY_FILES. Services that have both keys may run meanwhile; run it again to continue after an interruption',
  )
  .option('--json', 'print an object')
  .action(({ json = false }: Flags) =>
    withKeys(async (store, masters) => {
      const rotated = await rotateWithProgress(store, masters, { quiet: json });
      if (json) printJson(rotated);
      else print(rotatedText(rotated));
    }),
  );
