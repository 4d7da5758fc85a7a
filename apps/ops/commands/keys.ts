import { Command } from 'commander';
import type { KeyStore } from '@waymark/core/kernel';
import { countKeys } from '@waymark/core/log';
import { keyCountsText, rotatedText, rotateWithProgress } from '@waymark/operations/terminal';
import { masterKeys, type Masters, openKeys, settingsFrom } from '@waymark/platform';
import { print, printJson } from '../output';

interface Flags {
  readonly json?: boolean;
}

/** Open the key store, and nothing else. */
async function withKeys(work: (keys: KeyStore, masters: Masters) => Promise<void>): Promise<void> {
  const settings = settingsFrom(process.env);
  const keys = await openKeys(settings.data, settings.engines.keys);
  try {
    await work(keys, masterKeys(settings));
  } finally {
    await keys.close();
  }
}

export const keys = new Command('keys')
  .enablePositionalOptions()
  .description('the data keys by which personal data are sealed');

keys
  .command('status')
  .description('how many there are, and by which master keys they are wrapped')
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
    'wrap every data key by the current master key; the former ones stand in WAYMARK_FORMER_MASTER_KEYS or, by their files, in WAYMARK_FORMER_MASTER_KEY_FILES. Services may go on meanwhile, given both; killed, it is run again',
  )
  .option('--json', 'print an object')
  .action(({ json = false }: Flags) =>
    withKeys(async (store, masters) => {
      const rotated = await rotateWithProgress(store, masters, { quiet: json });
      if (json) printJson(rotated);
      else print(rotatedText(rotated));
    }),
  );
