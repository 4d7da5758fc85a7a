import { Type } from '@sinclair/typebox';
import { redactUpns } from '@waymark/core/fields';
import { type Job, type Position, Refusal, rowSetName, START } from '@waymark/core/kernel';
import { type Build, type RebuildProgress, isHalted, stateOf } from '@waymark/core/projections';
import { type Answer, count, moment, object, oneOf, position, text } from '@waymark/core/questions';
import { REBUILD, type RebuildRequest, requestRebuild } from '@waymark/core/upkeep';
import type { Platform } from '@waymark/platform';
import { knownViews } from './view-names';

/** State of a view's new generation until it is live. */
export const rebuildStateSchema = object(
  {
    view: text(),
    version: Type.Integer(),
    generation: Type.Integer(),
    state: oneOf(['planned', 'building', 'catching up', 'verified', 'paused', 'failed']),
    hold: Type.Boolean({ description: 'It goes live only when somebody says so.' }),
    since: moment('When it was planned: UTC, to the millisecond.'),
    position: position('Where it is in the log.'),
    head: position('Where the log ends.'),
    percent: Type.Number({ minimum: 0, maximum: 100, description: 'How much of the log it has seen.' }),
    rate: Type.Optional(Type.Number({ description: 'Events read a second, while it is being built.' })),
    secondsLeft: Type.Optional(
      Type.Number({ description: 'Seconds until it will have caught up at that rate.' }),
    ),
    verified: Type.Optional(
      object(
        {
          rows: count(),
          different: Type.Optional(count('Rows that differ; absent where the versions differ.')),
        },
        { description: 'What comparing it with the rows that serve found.' },
      ),
    ),
    error: Type.Optional(text('Why it failed, or why the last attempt at it did.')),
  },
  { $id: 'RebuildState' },
);

export type RebuildState = Answer<typeof rebuildStateSchema>;

/** List every new generation that is being built, held, paused or failed. */
export async function listRebuilds({ catalog, jobs, rowStore, events }: Platform): Promise<RebuildState[]> {
  const [records, head] = [await catalog.records(), await events.head()];
  const requests = await jobs.list({ kind: REBUILD });
  const states = [...records].map(async ([view, { building }]) => {
    if (!building) return [];
    const { version, generation, hold = false, since, verified } = building;
    const set = catalog.rowSet(view, building);
    const job = requests.find(({ data }) => (data as RebuildRequest).builds.includes(rowSetName(set)));
    const reached = await rowStore.checkpoint(set);
    const state = hasJobEnded(building, job) ? 'failed' : stateOf(building);
    const error = building.failed ?? job?.error;
    return [
      {
        ...{ view, version, generation, state, hold, since },
        ...{ position: reached, head, percent: percentOf(reached, head) },
        ...(state === 'building' ? rateOf(view, job) : {}),
        ...(verified && { verified }),
        ...(error === undefined ? {} : { error: redactUpns(error) }),
      },
    ];
  });
  return (await Promise.all(states)).flat();
}

/** New generations, by view name. */
export type Builds = ReadonlyMap<string, Build>;

/** Find the new generation of each of these views. Throws `UNKNOWN_VIEW`, or `NO_REBUILD` if a view has none. */
export async function findBuilds({ catalog }: Platform, named: readonly string[]): Promise<Builds> {
  const views = knownViews(named);
  const records = await catalog.records();
  return new Map(
    views.map((view) => {
      const building = records.get(view)?.building;
      if (!building)
        throw new Refusal(
          'NO_REBUILD',
          `No rebuild of ${view} is in progress. Start one with \`waymark rebuild start\`.`,
        );
      return [view, building];
    }),
  );
}

/**
 * Plan a new generation of each of these views, and request a job that builds them in one pass over the log. With `hold`,
 * they go live only after an explicit switch. Throws `UNKNOWN_VIEW`, `REBUILD_RESTS` or `REBUILD_GOES_ON`.
 */
export async function startRebuild(
  platform: Platform,
  named: readonly string[],
  { hold = false } = {},
): Promise<Builds> {
  const { catalog, rebuilder, jobs } = platform;
  const views = knownViews(named);
  const records = await catalog.records();
  for (const view of views) {
    const building = records.get(view)?.building;
    if (building && isHalted(building))
      throw new Refusal(
        'REBUILD_RESTS',
        `The rebuild of ${view} is paused or has failed. Resume or cancel it first.`,
      );
    if (building && hold && !building.hold)
      throw new Refusal(
        'REBUILD_GOES_ON',
        `A rebuild of ${view} without --hold is in progress. Cancel it first.`,
      );
  }
  await rebuilder.plan(views, { hold });
  const builds = await findBuilds(platform, views);
  await requestRebuild(jobs, catalog, views);
  return builds;
}

type Action = (platform: Platform, views: readonly string[]) => Promise<void>;

const forEachView =
  (act: (platform: Platform, view: string) => Promise<void>): Action =>
  async (platform, views) => {
    for (const view of knownViews(views)) await act(platform, view);
  };

const forBuilds =
  (act: (platform: Platform, builds: Builds) => Promise<void>): Action =>
  async (platform, views) =>
    act(platform, await findBuilds(platform, views));

/** Actions on new generations, and on the generations that they replaced. */
export const rebuildActions = {
  /** Pause the build; it keeps its checkpoint. */
  pause: forBuilds(({ rebuilder }, builds) => rebuilder.pause([...builds.keys()])),
  /** Continue builds that are paused or failed. */
  resume: forBuilds(async ({ rebuilder, jobs, catalog }, builds) => {
    await rebuilder.resume([...builds].filter(([, build]) => isHalted(build)).map(([view]) => view));
    await requestRebuild(jobs, catalog, [...builds.keys()]);
  }),
  /** Cancel the build, and delete its rows. */
  cancel: forBuilds(({ rebuilder }, builds) => rebuilder.cancel([...builds.keys()])),
  /** Serve a generation that was built with `hold`. */
  switch: forEachView(({ rebuilder }, view) => rebuilder.switch(view)),
  /** Serve the previous generation again. */
  'switch-back': forEachView(({ rebuilder }, view) => rebuilder.switchBack(view)),
  /** Delete the previous generation. */
  retire: forEachView(({ rebuilder }, view) => rebuilder.retire(view)),
} satisfies Record<string, Action>;

export type RebuildAction = keyof typeof rebuildActions;

/** The build should continue, but its job has ended: it failed for a reason outside the view, or was cancelled. */
const hasJobEnded = (build: Build, job: Job | undefined): boolean =>
  !isHalted(build) && !isHeld(build) && (job?.state === 'failed' || job?.state === 'cancelled');

const isHeld = ({ state, hold = false }: Build): boolean => state === 'verified' && hold;

function percentOf(reached: Position, head: Position): number {
  if (head === START) return 100;
  return Math.min(100, Math.round(((reached + 1) / (head + 1)) * 1_000) / 10);
}

/** The rate and the time left that the building process last reported. */
function rateOf(view: string, job: Job | undefined): Pick<RebuildState, 'rate' | 'secondsLeft'> {
  const progress = job?.state === 'running' ? (job.progress as RebuildProgress | undefined) : undefined;
  if (progress?.state !== 'building' || !progress.views.includes(view)) return {};
  const { rate, secondsLeft } = progress;
  return { rate, ...(secondsLeft === undefined ? {} : { secondsLeft }) };
}
