import {
  backup,
  type BackupManifest,
  type BackupOptions,
  type BackupProgress,
  restore,
  type Restored,
  type RestoreOptions,
  type Verification,
  verifyBackup,
} from '@waymark/operations';
import { grouped, progressBar } from './progress-bar';

const FORMAT = '{doing} {bar} {percentage}% | {value} of {total} MiB | {eta_formatted} left';
const MIB = 1_048_576;

interface Quiet {
  /** No progress bar. */
  readonly quiet?: boolean;
}

/** Copy a data folder while services work on it, with a progress bar on standard error. */
export const backupWithProgress = (
  folder: string,
  { quiet, ...options }: Omit<BackupOptions, 'onProgress'> & Quiet,
): Promise<BackupManifest> =>
  withBar(quiet, (onProgress) => backup(folder, { ...options, ...(onProgress && { onProgress }) }));

/** Compare a backup with its manifest, with a progress bar on standard error. */
export const verifyWithProgress = (folder: string, { quiet }: Quiet): Promise<Verification> =>
  withBar(quiet, (onProgress) =>
    verifyBackup(folder, (bytes, total) => onProgress?.({ doing: 'reading', bytes, total })),
  );

/** Make a data folder of a backup, with a progress bar on standard error. */
export const restoreWithProgress = (
  folder: string,
  { quiet, ...options }: Omit<RestoreOptions, 'onProgress'> & Quiet,
): Promise<Restored> =>
  withBar(quiet, (onProgress) => restore(folder, { ...options, ...(onProgress && { onProgress }) }));

async function withBar<T>(
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
        // Each has a pace of its own, by which the time left is told.
        if (bar.isActive) bar.stop();
        bar.start(inMib(progress.total), 0, { doing: (doing = progress.doing) });
      }
      bar.update(inMib(progress.bytes));
    });
  } finally {
    if (bar.isActive) bar.stop();
  }
}

/** What a backup holds, for people. */
export function backupText({
  createdAt,
  versions,
  events,
  views,
  jobs,
  keys,
  files,
}: BackupManifest): string {
  const behind = Object.values(views).map((position) => events.head - position);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return [
    `Made at ${createdAt} by Waymark ${versions.waymark}: ${grouped(files.length)} files, ${(bytes / MIB).toFixed(1)} MiB.`,
    `${grouped(events.events)} events up to position ${String(events.head)}, ${grouped(jobs)} jobs, and ${grouped(behind.length)} views,`,
    `which ${behind.every((distance) => distance === 0) ? 'have seen all of them' : `lack ${grouped(Math.max(...behind))} at most and take them from the log`}.`,
    keys.included
      ? 'The keys are in it: keep it as you keep them.'
      : 'The keys are not in it: without them it cannot be restored. Keep them, and apart from it.',
  ].join('\n');
}

/** What verifying a backup found, for people. */
export const verificationText = ({ manifest, problems }: Verification): string =>
  problems.length === 0
    ? `The backup is sound.\n${backupText(manifest)}`
    : ['The backup is not sound:', ...problems.map((problem) => `  ${problem}`)].join('\n');

/** What was restored, for people. */
export const restoredText = ({ manifest, aside }: Restored, data: string): string =>
  [
    `${data} is as it was at ${manifest.createdAt}: ${grouped(manifest.events.events)} events. Services can be started on it.`,
    ...(aside === undefined
      ? []
      : [`What was there before is in ${aside}; delete it when nothing of it is needed.`]),
  ].join('\n');
