import { Command } from 'commander';
import { Refusal } from '@waymark/kernel';
import { isSamePlace, openPlace } from '@waymark/platform';
import { copyText, copyWithProgress } from '@waymark/terminal';
import { print, printJson } from '../output';

interface Flags {
  readonly from: string;
  readonly to: string;
  readonly json?: boolean;
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
  .option('--json', 'print an object')
  .action(async ({ from, to, json = false }: Flags) => {
    const { env } = process;
    if (isSamePlace(from, to, env)) throw new Refusal('SAME_PLACE', 'Both places are the same log.');
    const source = await openPlace(from, 'read', env);
    try {
      const target = await openPlace(to, 'write', env);
      try {
        const copied = await copyWithProgress(source, target, { quiet: json });
        if (json) printJson(copied);
        else print(copyText(copied));
      } finally {
        await target.log.close();
      }
    } finally {
      await source.log.close();
    }
  });
