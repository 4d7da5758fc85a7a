import { redactUpns } from '@waymark/core/fields';
import type { Notice } from '@waymark/core/upkeep';
import { type IncompatibleViews, Platform, settingsFrom } from '@waymark/platform';
import { printError } from './output';

type Work = (platform: Platform) => Promise<void>;

/** Print that files of the data folder were made private. */
export function printTightened(notice: Notice): void {
  if (notice.event === 'data.tightened')
    printError(
      `Other users had rights on ${String(notice.entries)} files and folders of the data folder. They have none now.`,
    );
}

/** Run work on a platform that also projects views while no service does, and close it afterwards. */
export const withWorkingPlatform = (work: Work): Promise<void> =>
  closeAfter(
    Platform.open({
      ...settingsFrom(process.env),
      ...{ work: true, standby: true, onNotice: printTightened },
      // The command that waits for a job reports its failure itself.
      onFault: (what, reason, { event }) => {
        if (event !== 'job.failed') printError(`${what}: ${redactUpns(reason)}`);
      },
    }),
    work,
  );

/**
 * Run work on a platform that projects nothing and runs no jobs by itself, and close it afterwards. Views in another release's
 * format are refused or ignored.
 */
export const withPassivePlatform = (
  work: Work,
  incompatibleViews: IncompatibleViews = 'refuse',
): Promise<void> =>
  closeAfter(
    Platform.open({
      ...settingsFrom(process.env),
      ...{ work: false, incompatibleViews, onNotice: printTightened },
    }),
    work,
  );

async function closeAfter(opening: Promise<Platform>, work: Work): Promise<void> {
  const platform = await opening;
  try {
    await work(platform);
  } finally {
    await platform.close();
  }
}
