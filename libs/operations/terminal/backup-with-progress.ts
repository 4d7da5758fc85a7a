import {
  backup,
  type BackupManifest,
  type BackupOptions,
  type BackupProgress,
  restore,
  type Restored,
  type RestoreOptions,
  type BackupVerification,
  type VerifySealedBackup,
  verifySealedBackup,
} from '@waymark/operations';
import { grouped, progressBar } from './progress-bar';

const FORMAT = '{doing} {bar} {percentage}% | {value} of {total} MiB | {eta_formatted} left';
const MIB = 1_048_576;

interface Quiet {
  /** No progress bar. */
  readonly quiet?: boolean;
}

/** Back up a data folder while services use it, with a progress bar on standard error. */
export const backupWithProgress = (
  folder: string,
  { quiet, ...options }: Omit<BackupOptions, 'onProgress'> & Quiet,
): Promise<BackupManifest> =>
  withProgressBar(quiet, (onProgress) => backup(folder, { ...options, ...(onProgress && { onProgress }) }));

/** Verify a backup, with a progress bar on standard error. */
export const verifyBackupWithProgress = (
  folder: string,
  { quiet, ...options }: Omit<VerifySealedBackup, 'onProgress'> & Quiet,
): Promise<BackupVerification> =>
  withProgressBar(quiet, (onProgress) =>
    verifySealedBackup(folder, {
      ...options,
      onProgress: (bytes, total) => onProgress?.({ doing: 'reading', bytes, total }),
    }),
  );

/** Restore a backup to a data folder, with a progress bar on standard error. */
export const restoreWithProgress = (
  folder: string,
  { quiet, ...options }: Omit<RestoreOptions, 'onProgress'> & Quiet,
): Promise<Restored> =>
  withProgressBar(quiet, (onProgress) => restore(folder, { ...options, ...(onProgress && { onProgress }) }));

async function withProgressBar<T>(
  quiet: boolean | undefined,
  work: (onProgress?: (progress: BackupProgress) => void) => Promise<T>,
): Promise<T> {
  if (quiet) return work();
  const bar = progressBar(FORMAT);
  let doing: BackupProgress['doing'] | undefined;
  const inMib = (bytes: number): number => Math.round(bytes / MIB);
  try {
    return await work((progress) => {
      if (progress.doing !== doing) {
        // Each step has its own speed: a new bar starts a new estimate of the time left.
        if (bar.isActive) bar.stop();
        bar.start(inMib(progress.total), 0, { doing: (doing = progress.doing) });
      }
      bar.update(inMib(progress.bytes));
    });
  } finally {
    if (bar.isActive) bar.stop();
  }
}

/** Describe a backup as text. */
export function backupText({
  createdAt,
  versions,
  events,
  views,
  jobs,
  keys,
  seals,
  files,
}: BackupManifest): string {
  const behind = Object.values(views).map((position) => events.head - position);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return [
    `Backup made at ${createdAt} by Waymark ${versions.waymark}: ${grouped(files.length)} files, ${(bytes / MIB).toFixed(1)} MiB.`,
    `It contains ${grouped(events.events)} events up to position ${String(events.head)}, ${grouped(jobs)} jobs, and the rows of ${grouped(behind.length)} views and policies.`,
    behind.every((distance) => distance === 0)
      ? 'These rows are up to date with the log.'
      : `These rows are up to ${grouped(Math.max(...behind))} positions behind the log, and catch up when a service starts.`,
    keys.included
      ? 'The keys are included: protect this backup as you protect the keys.'
      : 'The keys are not included, and it cannot be restored without them: keep them in a different place.',
    ...(seals?.included ? [] : ['The seals are not included: this machine does not keep them.']),
  ].join('\n');
}

/** Describe the result of verifying a backup as text. */
export const backupVerificationText = ({ manifest, problems }: BackupVerification): string =>
  problems.length === 0
    ? `The backup is intact.\n${backupText(manifest)}`
    : ['The backup is damaged:', ...problems.map((problem) => `  ${problem}`)].join('\n');

/** Describe a restored data folder as text. */
export const restoredText = ({ manifest, aside }: Restored, data: string): string =>
  [
    `${data} was restored to the state of ${manifest.createdAt}: ${grouped(manifest.events.events)} events. You can start services on it.`,
    ...(aside === undefined
      ? []
      : [`The former data folder is now ${aside}. Delete it when you no longer need it.`]),
  ].join('\n');
