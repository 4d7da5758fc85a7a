import { Command } from 'commander';
import { eraseDue, recordsDue, retentionRules } from '@waymark/governance/privacy';
import { dueTable, retentionTable } from '@waymark/operations/terminal';
import { confirm, YES } from '../confirm';
import { withWorkingPlatform } from '../open';
import { print, printJson } from '../output';
import { reach } from '../rights';

interface Flags {
  readonly dryRun?: boolean;
  readonly rules?: boolean;
  readonly json?: boolean;
  readonly yes?: boolean;
}

export const retention = new Command('retention')
  .description('erase people whose retention period has ended, as the weekly job does')
  .option('--dry-run', 'list them and change nothing')
  .option('--rules', 'print how long each kind of record is kept, and the source of the rule')
  .option('--json', 'print an array')
  .option(...YES)
  .action(async ({ dryRun = false, rules = false, json = false, yes = false }: Flags) => {
    if (rules) {
      if (json) printJson(retentionRules);
      else print(retentionTable(retentionRules));
      return;
    }
    await withWorkingPlatform(async (platform) => {
      await platform.work([]);
      await platform.settle();
      const due = await recordsDue(platform, platform.now().slice(0, 10));
      if (!dryRun && due.length > 0) {
        await confirm(
          'All personal data of the people whose retention period has ended will be erased.',
          yes,
        );
        await eraseDue(platform, due, { actor: reach().principal.id });
      }
      await platform.settle();
      const people = due.map(({ id }) => id);
      await platform.accessLog.record(reach().principal, 'Retention', people);
      if (json) printJson(due);
      else print(dueTable(due, { dryRun }));
    });
  });
