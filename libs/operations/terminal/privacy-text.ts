import Table from 'cli-table3';
import type { Applied, Certificate, Due, Erased } from '@waymark/governance/privacy';
import type { RetentionRule } from '@waymark/core/privacy';
import { plainStyle } from './report-tables';

/** Describe the result of an erasure as text. Without a certificate, the erasure is not complete yet. */
export const erasedText = (certificate: Certificate | undefined): string =>
  certificate
    ? `${certificateText(certificate.erased)}\nSigned with the key ${certificate.key}.`
    : 'The key is destroyed. An import or export that is still running may have files with data of this person. Run this command again when it has finished, or let the job `erasures` complete the erasure.';

/** Describe an erasure certificate as text. */
export const certificateText = ({
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
    `The key was destroyed at ${keyDestroyedAt}: the personal data in the ${events} events of this person can no longer be read.`,
    `Exports and uploaded files were deleted by ${completedAt}.`,
  ].join('\n');

/** Describe the result of applying a list of erasures as text. */
export const appliedText = ({ destroyed, recorded, waiting }: Applied): string =>
  [
    `Keys destroyed: ${destroyed}. Recorded in the log: ${recorded.length}.`,
    ...(waiting > 0
      ? [`Waiting for running imports or exports: ${waiting}. The job \`erasures\` completes them.`]
      : []),
  ].join('\n');

/** Format the people whose retention period has ended as a table. */
export function dueTable(due: readonly Due[], { dryRun }: { readonly dryRun: boolean }): string {
  if (due.length === 0) return 'No retention period has ended.';
  const table = new Table({ ...plainStyle, head: ['Kind', 'Id', 'Ended', 'Rule', 'Result'] });
  for (const { kind, id, ended, kept } of due)
    table.push([
      kind,
      id,
      ended,
      kind === 'pupil' ? 'JOURNEYS_ENDED' : 'ROLES_ENDED',
      kept ?? (dryRun ? 'would be erased' : 'erased'),
    ]);
  return `${table.toString()}${dryRun ? '\nDry run: nothing was changed.' : ''}`;
}

/** Format the retention rules as a table. */
export function retentionTable(rules: readonly RetentionRule[]): string {
  const table = new Table({
    ...plainStyle,
    head: ['Record', 'Kept for', 'Deleted by', 'Source'],
    colWidths: [30, 40, 20, 40],
    wordWrap: true,
  });
  for (const { record, kept, by = 'people', source } of rules) table.push([record, kept, by, source]);
  return table.toString();
}
