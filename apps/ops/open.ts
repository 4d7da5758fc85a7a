import { existsSync } from 'node:fs';
import { redactUpns } from '@waymark/core/fields';
import { Refusal } from '@waymark/core/kernel';
import { type OtherViews, Platform, settingsFrom } from '@waymark/platform';
import { tell } from './output';

type Work = (platform: Platform) => Promise<void>;

/** Open the platform to take part where nobody else does, do something with it, and close it whatever happens. */
export const withPlatform = (work: Work): Promise<void> =>
  during(
    Platform.open({
      ...settingsFrom(process.env),
      ...{ work: true, standby: true },
      // What became of a job that somebody waits for, its own command says.
      onFault: (what, reason, { event }) => {
        if (event !== 'job.failed') tell(`${what}: ${redactUpns(reason)}`);
      },
    }),
    work,
  );

/** Open the platform and leave it as it is, but for what is done with it. */
export const idlePlatform = (work: Work, otherViews: OtherViews = 'refused'): Promise<void> =>
  during(Platform.open({ ...settingsFrom(process.env), work: false, otherViews }), work);

/**
 * Open the platform to look at it, or to say what others are to do; where there is no data, none is begun. Views in another
 * release's form are refused, or `left` out.
 */
export async function besidePlatform(work: Work, otherViews: OtherViews = 'refused'): Promise<void> {
  const { data, engines } = settingsFrom(process.env);
  const embedded = engines.events === undefined || engines.rows === undefined;
  if (embedded && !existsSync(data))
    throw new Refusal('NO_DATA', 'The folder that WAYMARK_DATA names (.waymark) is not there.', 'missing');
  await idlePlatform(work, otherViews);
}

async function during(opening: Promise<Platform>, work: Work): Promise<void> {
  const platform = await opening;
  try {
    await work(platform);
  } finally {
    await platform.close();
  }
}
