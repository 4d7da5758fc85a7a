import type { Applied, Certificate, Due, Erased } from '@waymark/governance/privacy';
import type { Remains, RetentionRule } from '@waymark/core/privacy';
import { formatTable } from './table';

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
  remains,
}: Erased): string =>
  [
    `The data of ${kind} ${id} were erased: ${ground}, decided on ${on} (position ${position} of the log).`,
    `The key was destroyed at ${keyDestroyedAt}: what was encrypted with it in the ${events} events of this person can no longer be read.`,
    `Exports and uploaded files were deleted by ${completedAt}.`,
    ...(remains
      ? remainsText(remains)
      : ['An earlier release completed the erasure and did not count what remains.']),
  ].join('\n');

/** What each number means, and what to do about it. */
const remainders: Readonly<Record<keyof Remains, string>> = {
  clearEvents:
    'events with a text that was recorded in clear; no answer shows it, but the stored log contains it until it is copied with waymark copy --seal',
  unsealedHashes:
    'events with a hash of a command that confirms a guess to a holder of the service’s hash key, until the log is copied with waymark copy --seal',
  unkeyedIds: 'ids that an earlier release derived from the rows of a file; the same file leads to them',
  claims:
    'keyed hashes of a UPN, a subject or a journey, which prevent a new registration; they confirm a guess to a holder of the service’s hash key',
  plainFileHashes: 'imported files with a plain hash, which confirms a guess of the content',
  reasons: 'reasons that readers gave when they were shown the records, encrypted with the key of the reader',
  jobs: 'jobs that contain an id of the records',
  earlierRows: 'row sets of earlier versions of views; delete them with waymark views drop',
};

const remainsText = (remains: Remains): string[] => [
  'Everything that is stored was read afterwards. No answer shows personal data of this person. What remains:',
  ...Object.entries(remainders).map(([name, meaning]) => `- ${remains[name as keyof Remains]} ${meaning}`),
];

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
  const rows = due.map(({ kind, id, ended, kept }) => [
    ...[kind, id, ended, kind === 'pupil' ? 'JOURNEYS_ENDED' : 'ROLES_ENDED'],
    kept ?? (dryRun ? 'would be erased' : 'erased'),
  ]);
  const table = formatTable(['Kind', 'Id', 'Ended', 'Rule', 'Result'], rows, {
    text: ['Id', 'Rule', 'Result'],
  });
  return `${table}${dryRun ? '\nDry run: nothing was changed.' : ''}`;
}

/** Format the retention rules as a table. */
export function retentionTable(rules: readonly RetentionRule[]): string {
  const head = ['Record', 'Kept for', 'Deleted by', 'Source'];
  const rows = rules.map(({ record, kept, by = 'people', source }) => [record, kept, by, source]);
  return formatTable(head, rows, { text: head });
}
