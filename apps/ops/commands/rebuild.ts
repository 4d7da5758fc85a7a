import { Command } from 'commander';
import { someoneWorks } from '@waymark/core/projections';
import { views as all } from '@waymark/modules';
import { type Builds, buildsOf, rebuildActs, startRebuild, statesOf } from '@waymark/operations';
import { type RebuildOutcome, rebuildTable, statesTable, watchRebuilds } from '@waymark/operations/terminal';
import type { Platform } from '@waymark/platform';
import { besidePlatform, withPlatform } from '../open';
import { print, printJson, tell } from '../output';

interface Flags {
  readonly json?: boolean;
}

interface StartFlags extends Flags {
  readonly all?: boolean;
  readonly hold?: boolean;
  readonly detach?: boolean;
}

/** The exit code of a process that was interrupted. */
const INTERRUPTED = 130;

export const rebuild = new Command('rebuild').description(
  'build views anew beside those that serve; exit code 0 where they are live, 2 where they wait or rest, 1 where one failed',
);

const step = (name: string, description: string): Command =>
  rebuild.command(name).description(description).option('--json', 'print the outcome as JSON');

step('start', 'build views anew, and let them serve')
  .argument('[view...]')
  .option('--all', 'all views')
  .option('--hold', 'let them serve only once `switch` says so')
  .option('--detach', 'leave it to a server or worker')
  .action(async (named: string[], flags: StartFlags, command: Command) => {
    if (named.length > 0 === (flags.all ?? false)) command.error('error: name views, or say --all');
    const views = flags.all ? all.map(({ name }) => name) : [...new Set(named)];
    const { hold = false } = flags;
    if (flags.detach)
      await besidePlatform(async (platform) => {
        await startRebuild(platform, views, { hold });
        await showStates(platform, views, flags);
      });
    else await follow((platform) => startRebuild(platform, views, { hold }), flags);
  });

step('watch', 'watch views being built, and build them where nobody else does')
  .argument('<view...>')
  .action((views: string[], flags: Flags) => follow((platform) => buildsOf(platform, views), flags));

step('resume', 'let views go on that rest or have failed')
  .argument('<view...>')
  .action((views: string[], flags: Flags) =>
    follow(async (platform) => {
      const builds = await buildsOf(platform, views);
      await rebuildActs.resume(platform, views);
      return builds;
    }, flags),
  );

const acts = {
  pause: 'let views rest where they are',
  cancel: 'give views up that are being built',
  switch: 'let views serve that were built and held',
  'switch-back': 'let what served before serve again',
  retire: 'forget what served before',
} as const;

for (const [act, description] of Object.entries(acts) as [keyof typeof acts, string][]) {
  step(act, description)
    .argument('<view...>')
    .action((views: string[], flags: Flags) =>
      besidePlatform(async (platform) => {
        await rebuildActs[act](platform, views);
        await showStates(platform, views, flags);
      }),
    );
}

async function showStates(platform: Platform, views: readonly string[], { json }: Flags): Promise<void> {
  const states = await statesOf(platform, views);
  if (json) printJson(states.views);
  else print(statesTable({ views: states.views }));
}

/** Watch new generations until none goes on; where nobody else builds them, this process does. */
const follow = (begin: (platform: Platform) => Promise<Builds>, { json = false }: Flags): Promise<void> =>
  withPlatform(async (platform) => {
    const interrupted = new AbortController();
    process.once('SIGINT', () => interrupted.abort());
    const builds = await begin(platform);
    const others = await someoneWorks(platform.control);
    if (!others) await platform.work([]);
    const outcomes = await watchRebuilds(platform, builds, { quiet: json, signal: interrupted.signal });
    if (outcomes) {
      if (json) printJson(outcomes);
      else print(rebuildTable(outcomes));
      process.exitCode = exitCode(outcomes);
    } else {
      const views = [...builds.keys()].join(' ');
      tell(
        others
          ? `The rebuild goes on without this command. To watch it: waymark rebuild watch ${views}`
          : `The rebuild rests until a server runs. To go on with it here: waymark rebuild watch ${views}`,
      );
      process.exitCode = INTERRUPTED;
    }
  });

function exitCode(outcomes: readonly RebuildOutcome[]): number {
  if (outcomes.some(({ state }) => state === 'failed')) return 1;
  return outcomes.every(({ state }) => state === 'live') ? 0 : 2;
}
