import { Command } from 'commander';
import { Refusal } from '@waymark/core/kernel';
import { type Copied, Keyring, encryptedCopy } from '@waymark/core/log';
import { isSamePlace, openPlace, type Place } from '@waymark/operations';
import { copyText, copyWithProgress } from '@waymark/operations/terminal';
import { masterKeys, openKeys, personal, settingsFrom } from '@waymark/platform';
import { print, printJson } from '../output';

interface Flags {
  readonly from: string;
  readonly to: string;
  readonly seal?: boolean;
  readonly json?: boolean;
}

/** Copy with personal fields sealed by the keys that the settings name, which are made where there are none. */
async function copySealed(
  source: Place,
  target: Place,
  options: { readonly quiet: boolean },
): Promise<Copied> {
  const settings = settingsFrom(process.env);
  const keys = await openKeys(settings.data, settings.engines.keys);
  try {
    const keyring = new Keyring({ keys, ...masterKeys(settings) });
    const form = encryptedCopy(target.log, keyring, personal);
    return await copyWithProgress(source, target, { ...options, form });
  } finally {
    await keys.close();
  }
}

export const copy = new Command('copy')
  .description(
    'copy the log from one place to another, and compare every event with its original; killed, it goes on when run again',
  )
  .requiredOption(
    '--from <place>',
    'sqlite:<folder or file>, or esdb: for the server in EVENTSTORE_URL; a URL too, but others on the machine see it',
  )
  .requiredOption('--to <place>', 'likewise; empty, or with what was copied before')
  .option(
    '--seal',
    'seal personal data and chain the events of a log from before: with the keys of WAYMARK_DATA or WAYMARK_KEYS_URL, which the services on the copy then need',
  )
  .option('--json', 'print an object')
  .action(async ({ from, to, seal = false, json = false }: Flags) => {
    const { env } = process;
    if (isSamePlace(from, to, env)) throw new Refusal('SAME_PLACE', 'Both places are the same log.');
    const source = await openPlace(from, 'read', env);
    try {
      const target = await openPlace(to, 'write', env);
      try {
        const copied = await (seal ? copySealed : copyWithProgress)(source, target, { quiet: json });
        if (json) printJson(copied);
        else print(copyText(copied));
      } finally {
        await target.log.close();
      }
    } finally {
      await source.log.close();
    }
  });
