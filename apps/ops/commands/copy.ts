import { Command } from 'commander';
import { Refusal } from '@waymark/core/kernel';
import { type Copied, Keyring, encryptedCopy } from '@waymark/core/log';
import { isSameLog, openLog, type OpenedLog } from '@waymark/operations';
import { copyText, copyWithProgress } from '@waymark/operations/terminal';
import { loadMasterKeys, openKeys, personalFields, settingsFrom } from '@waymark/platform';
import { print, printJson } from '../output';

interface Flags {
  readonly from: string;
  readonly to: string;
  readonly seal?: boolean;
  readonly json?: boolean;
}

/** Copy with personal fields encrypted, using the data keys that the settings name. Missing keys are created. */
async function copyEncrypted(
  source: OpenedLog,
  target: OpenedLog,
  options: { readonly quiet: boolean },
): Promise<Copied> {
  const settings = settingsFrom(process.env);
  const keys = await openKeys(settings.data, settings.engines.keys);
  try {
    const keyring = new Keyring({ keys, ...loadMasterKeys(settings) });
    const form = encryptedCopy(target.log, keyring, personalFields);
    return await copyWithProgress(source, target, { ...options, form });
  } finally {
    await keys.close();
  }
}

export const copy = new Command('copy')
  .description(
    'copy the log from one location to another and compare every event with its original; run it again to continue after an interruption',
  )
  .requiredOption(
    '--from <place>',
    'sqlite:<folder or file>, or esdb: for the server in EVENTSTORE_URL; a full esdb:// URL works too, but other users of the machine can see it',
  )
  .requiredOption('--to <place>', 'same format; an empty log, or an earlier copy to continue')
  .option(
    '--seal',
    'encrypt personal data and hash-chain the events of an older log, with the keys in WAYMARK_DATA or WAYMARK_KEYS_URL; services on the copy need these keys',
  )
  .option('--json', 'print an object')
  .action(async ({ from, to, seal = false, json = false }: Flags) => {
    const { env } = process;
    if (isSameLog(from, to, env))
      throw new Refusal('SAME_PLACE', 'Both locations name the same log. Name another target with --to.');
    const source = await openLog(from, 'read', env);
    try {
      const target = await openLog(to, 'write', env);
      try {
        const copied = await (seal ? copyEncrypted : copyWithProgress)(source, target, { quiet: json });
        if (json) printJson(copied);
        else print(copyText(copied));
      } finally {
        await target.log.close();
      }
    } finally {
      await source.log.close();
    }
  });
