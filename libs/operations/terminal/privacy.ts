import Table from 'cli-table3';
import type { RetentionRule } from '@waymark/core/privacy';
import type { Applied, Certificate, Due, Erased } from '@waymark/governance/privacy';
import { plain } from './tables';

/** What became of an erasure, for people. */
export const erasedText = (certificate: Certificate | undefined): string =>
  certificate
    ? `${certifiedText(certificate.erased)}\nSigned with the key ${certificate.key}.`
    : 'The key is destroyed. An import or an export is under way, whose files may hold the person: run this again once it is done, or leave it to the job `erasures`.';

/** What a certificate says, for people. */
export const certifiedText = ({
  kind,
  id,
  ground,
  on,
  keyDestroyedAt,
  events,
  position,
  completedAt,
}: Erased): string =>
  [
    `The data of ${kind} ${id} were erased: ${ground}, decided on ${on} (position ${position} of the log).`,
    `The key was destroyed at ${keyDestroyedAt}: in the ${events} events of this person nothing personal can be read.`,
    `Exports and files that were sent were gone at ${completedAt}.`,
  ].join('\n');

/** What became of a list of erasures, for people. */
export const appliedText = ({ destroyed, recorded, waiting }: Applied): string =>
  [
    `Keys destroyed: ${destroyed}. Recorded in the log: ${recorded.length}.`,
    ...(waiting > 0
      ? [`${waiting} wait for work that is under way: the job \`erasures\` completes them.`]
      : []),
  ].join('\n');

/** People whose record has been kept for long enough, as a table for people. */
export function dueTable(due: readonly Due[], { dryRun }: { readonly dryRun: boolean }): string {
  if (due.length === 0) return 'No record has been kept for long enough.';
  const table = new Table({ ...plain, head: ['Kind', 'Id', 'Ended', 'Rule', ''] });
  for (const { kind, id, ended, kept } of due)
    table.push([
      kind,
      id,
      ended,
      kind === 'pupil' ? 'JOURNEYS_ENDED' : 'ROLES_ENDED',
      kept ?? (dryRun ? 'would be erased' : 'erased'),
    ]);
  return `${table.toString()}${dryRun ? '\nA dry run: nothing was changed.' : ''}`;
}

/** How long records are kept, as a table for people. */
export function retentionTable(rules: readonly RetentionRule[]): string {
  const table = new Table({
    ...plain,
    head: ['Record', 'Kept', 'Seen to by', 'Set by'],
    colWidths: [30, 40, 20, 40],
    wordWrap: true,
  });
  for (const { record, kept, by = 'people', source } of rules) table.push([record, kept, by, source]);
  return table.toString();
}
