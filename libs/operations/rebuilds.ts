import { redactUpns } from '@waymark/core/fields';
import { type Job, type Position, Refusal, START } from '@waymark/core/kernel';
import {
  type Build,
  type Generation,
  nameOf,
  type RebuildProgress,
  rests,
  stateOf,
  type Verified,
} from '@waymark/core/projections';
import { REBUILD, type RebuildRequest, requestRebuild } from '@waymark/core/upkeep';
import { views as all } from '@waymark/modules';
import type { Platform } from '@waymark/platform';

/** A new generation of a view, on its way to be live. */
export interface RebuildState extends Generation {
  readonly view: string;
  readonly state: ReturnType<typeof stateOf>;
  /** It goes live only when somebody says so. */
  readonly hold: boolean;
  /** When it was planned: UTC, milliseconds. */
  readonly since: string;
  /** Where it is in the log, where the log ends, and how much of it that is. */
  readonly position: Position;
  readonly head: Position;
  readonly percent: number;
  /** Events read a second, and seconds until it will have caught up at that rate; absent unless it is being built. */
  readonly rate?: number;
  readonly secondsLeft?: number;
  readonly verified?: Verified;
  /** Why it failed, or why the last attempt at it did. */
  readonly error?: string;
}

/** Every new generation that is under way, or rests. */
export async function rebuildsOf({ catalog, jobs, rowStore, events }: Platform): Promise<RebuildState[]> {
  const [records, head] = [await catalog.records(), await events.head()];
  const requests = await jobs.list({ kind: REBUILD });
  const states = [...records].map(async ([view, { building }]) => {
    if (!building) return [];
    const { version, generation, hold = false, since, verified } = building;
    const job = requests.find(({ data }) => (data as RebuildRequest).builds.includes(nameOf(view, building)));
    const position = await rowStore.checkpoint({ name: view, version, generation, indexes: [] });
    const state = isGivenUp(building, job) ? 'failed' : stateOf(building);
    const error = building.failed ?? job?.error;
    return [
      {
        ...{ view, version, generation, state, hold, since },
        ...{ position, head, percent: percentOf(position, head) },
        ...(state === 'building' ? paceOf(view, job) : {}),
        ...(verified && { verified }),
        ...(error === undefined ? {} : { error: redactUpns(error) }),
      },
    ];
  });
  return (await Promise.all(states)).flat();
}

/** New generations by the name of their view. */
export type Builds = ReadonlyMap<string, Build>;

/** Those of some views that are under way, or rest. */
export async function buildsOf({ catalog }: Platform, views: readonly string[]): Promise<Builds> {
  requireKnown(views);
  const records = await catalog.records();
  return new Map(
    views.map((view) => {
      const building = records.get(view)?.building;
      if (!building) throw new Refusal('NO_REBUILD', `No new generation of ${view} is being built.`);
      return [view, building];
    }),
  );
}

/** Build these views anew, from one reading of the log. */
export async function startRebuild(
  platform: Platform,
  views: readonly string[],
  { hold = false } = {},
): Promise<Builds> {
  const { catalog, rebuilder, jobs } = platform;
  requireKnown(views);
  const records = await catalog.records();
  for (const view of views) {
    const building = records.get(view)?.building;
    if (building && rests(building))
      throw new Refusal(
        'REBUILD_RESTS',
        `The new generation of ${view} rests. Resume it, or cancel it first.`,
      );
    if (building && hold && !building.hold)
      throw new Refusal('REBUILD_GOES_ON', `A new generation of ${view} is to go live. Cancel it first.`);
  }
  await rebuilder.plan(views, { hold });
  const builds = await buildsOf(platform, views);
  await requestRebuild(jobs, catalog, views);
  return builds;
}

type Act = (platform: Platform, views: readonly string[]) => Promise<void>;

const onEach =
  (act: (platform: Platform, view: string) => Promise<void>): Act =>
  async (platform, views) => {
    requireKnown(views);
    for (const view of views) await act(platform, view);
  };

const onBuilds =
  (act: (platform: Platform, builds: Builds) => Promise<void>): Act =>
  async (platform, views) =>
    act(platform, await buildsOf(platform, views));

/** What can be done with new generations, and with those whose place they took. */
export const rebuildActs = {
  /** Let them rest where they are. */
  pause: onBuilds(({ rebuilder }, builds) => rebuilder.pause([...builds.keys()])),
  /** Let those go on that rest, or have failed. */
  resume: onBuilds(async ({ rebuilder, jobs, catalog }, builds) => {
    await rebuilder.resume([...builds].filter(([, build]) => rests(build)).map(([view]) => view));
    await requestRebuild(jobs, catalog, [...builds.keys()]);
  }),
  /** Give them up, and forget what they had built. */
  cancel: onBuilds(({ rebuilder }, builds) => rebuilder.cancel([...builds.keys()])),
  /** Let those serve that were built and held. */
  switch: onEach(({ rebuilder }, view) => rebuilder.switch(view)),
  /** Let those serve again that did before. */
  'switch-back': onEach(({ rebuilder }, view) => rebuilder.switchBack(view)),
  /** Forget those that served before. */
  retire: onEach(({ rebuilder }, view) => rebuilder.retire(view)),
} satisfies Record<string, Act>;

export type RebuildAct = keyof typeof rebuildActs;

/** Throws a {@link Refusal} where one of these is no view. */
export function requireKnown(views: readonly string[]): void {
  const names = all.map(({ name }) => name);
  if (views.every((view) => names.includes(view))) return;
  throw new Refusal('UNKNOWN_VIEW', `There is no such view. There are ${names.join(', ')}.`, 'missing');
}

/** It was to go on, and its job is tried no more: for a reason that lies outside of the view. */
const isGivenUp = (build: Build, job: Job | undefined): boolean =>
  !rests(build) && !isHeld(build) && (job?.state === 'failed' || job?.state === 'cancelled');

const isHeld = ({ state, hold = false }: Build): boolean => state === 'verified' && hold;

function percentOf(position: Position, head: Position): number {
  if (head === START) return 100;
  return Math.min(100, Math.round(((position + 1) / (head + 1)) * 1_000) / 10);
}

/** How fast it goes, as whoever builds it last said. */
function paceOf(view: string, job: Job | undefined): Pick<RebuildState, 'rate' | 'secondsLeft'> {
  const progress = job?.state === 'running' ? (job.progress as RebuildProgress | undefined) : undefined;
  if (progress?.state !== 'building' || !progress.views.includes(view)) return {};
  const { rate, secondsLeft } = progress;
  return { rate, ...(secondsLeft === undefined ? {} : { secondsLeft }) };
}
