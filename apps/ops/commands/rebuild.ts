import { Command } from 'commander';
import { shortfallText } from '@waymark/core/log';
import { hasRunningWorker } from '@waymark/core/projections';
import { views as allViews } from '@waymark/modules';
import { type Builds, findBuilds, rebuildActions, startRebuild, viewStates } from '@waymark/operations';
import { type RebuildOutcome, rebuildTable, statesTable, watchRebuilds } from '@waymark/operations/terminal';
import type { Platform } from '@waymark/platform';
import { EXIT } from '../exit-codes';
import { withPassivePlatform, withWorkingPlatform } from '../open';
import { print, printJson, printError } from '../output';

interface Flags {
  readonly json?: boolean;
}

interface StartFlags extends Flags {
  readonly all?: boolean;
  readonly hold?: boolean;
  readonly detach?: boolean;
}

export const rebuild = new Command('rebuild').description(
  'rebuild views while the present ones serve; exit code 0 if all are live, 2 if one is held, paused or cancelled, 1 if one failed',
);

const subcommand = (name: string, description: string): Command =>
  rebuild.command(name).description(description).option('--json', 'print the outcome as JSON');

subcommand('start', 'rebuild views and switch to them')
  .argument('[view...]')
  .option('--all', 'rebuild all views')
  .option('--hold', 'build them, but switch only on `rebuild switch`')
  .option('--detach', 'return at once and leave the work to an api or worker')
  .action(async (named: string[], flags: StartFlags, command: Command) => {
    if (named.length > 0 === (flags.all ?? false))
      command.error('error: name views, or use --all, but not both');
    const views = flags.all ? allViews.map(({ name }) => name) : [...new Set(named)];
    const { hold = false } = flags;
    if (flags.detach)
      await withPassivePlatform(async (platform) => {
        await startRebuild(platform, views, { hold });
        await showStates(platform, views, flags);
      });
    else await runAndWatch((platform) => startRebuild(platform, views, { hold }), flags);
  });

subcommand('watch', 'watch rebuilds, and do the work here if no service does')
  .argument('<view...>')
  .action((views: string[], flags: Flags) => runAndWatch((platform) => findBuilds(platform, views), flags));

subcommand('resume', 'continue paused or failed rebuilds, and watch them')
  .argument('<view...>')
  .action((views: string[], flags: Flags) =>
    runAndWatch(async (platform) => {
      const builds = await findBuilds(platform, views);
      await rebuildActions.resume(platform, views);
      return builds;
    }, flags),
  );

const acts = {
  pause: 'pause rebuilds',
  cancel: 'cancel rebuilds and delete what they built',
  switch: 'switch to rebuilt views that were held',
  'switch-back': 'switch back to the previous generation',
  retire: 'delete the previous generation',
} as const;

for (const [act, description] of Object.entries(acts) as [keyof typeof acts, string][]) {
  subcommand(act, description)
    .argument('<view...>')
    .action((views: string[], flags: Flags) =>
      withPassivePlatform(async (platform) => {
        await rebuildActions[act](platform, views);
        await showStates(platform, views, flags);
      }),
    );
}

async function showStates(platform: Platform, views: readonly string[], { json }: Flags): Promise<void> {
  const states = await viewStates(platform, views);
  if (json) printJson(states.views);
  else print(statesTable({ views: states.views }));
}

/** Watch rebuilds until none makes further progress. If no service works, this process builds them. */
const runAndWatch = (
  begin: (platform: Platform) => Promise<Builds>,
  { json = false }: Flags,
): Promise<void> =>
  withWorkingPlatform(async (platform) => {
    const interrupted = new AbortController();
    process.once('SIGINT', () => interrupted.abort());
    const builds = await begin(platform);
    const othersWork = await hasRunningWorker(platform.control);
    if (!othersWork) await platform.work([]);
    const outcomes = await watchRebuilds(platform, builds, { quiet: json, signal: interrupted.signal });
    if (outcomes) {
      if (json) printJson(outcomes);
      else print(rebuildTable(outcomes));
      process.exitCode = exitCode(outcomes);
      const missing = await platform.sealedShortfall();
      // Without another process, the work in this one has printed it.
      if (missing && othersWork) printError(`SEALED_EVENTS_MISSING: ${shortfallText(missing)}`);
      if (missing) process.exitCode = EXIT.failed;
    } else {
      const views = [...builds.keys()].join(' ');
      printError(
        othersWork
          ? `The rebuild continues without this command. To watch it: waymark rebuild watch ${views}`
          : `The rebuild waits until a service runs. To continue it here: waymark rebuild watch ${views}`,
      );
      process.exitCode = EXIT.interrupted;
    }
  });

function exitCode(outcomes: readonly RebuildOutcome[]): number {
  if (outcomes.some(({ state }) => state === 'failed')) return EXIT.failed;
  return outcomes.every(({ state }) => state === 'live') ? 0 : EXIT.unfinished;
}
