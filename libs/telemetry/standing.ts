import type { JobState, Position } from '@waymark/core/kernel';
import { POLICIES } from '@waymark/core/reactions';
import { policies } from '@waymark/modules/policies/index';
import { type Lag, measureLag } from '@waymark/operations';
import type { Platform } from '@waymark/platform';
import { type Served, servedViews } from './served';

/** States of jobs that are counted; of those that came to an end, only a part is kept. */
export const counted = ['waiting', 'running', 'failed'] as const satisfies readonly JobState[];

/** How a view, or the policies, stand. */
export interface Standing {
  /** 1 where it goes on, 0 where it has stopped or was never built. */
  readonly up: number;
  readonly lag?: Lag;
  /** Rows that wait at an event which could not be folded. */
  readonly parked: number;
  /** How much of the log the generation that is being built has seen, from 0 to 1. */
  readonly rebuilt?: number;
}

/** How everything stands, as far as the stores say. */
export interface Standings {
  /** Which of the stores answer. */
  readonly up: Readonly<Record<'events' | 'rows' | 'jobs', boolean>>;
  /** By the name of the view; `policies` for these. */
  readonly views: ReadonlyMap<string, Standing>;
  /** Jobs by kind and state, a thousand of each state at most. */
  readonly jobs: ReadonlyMap<string, Readonly<Record<(typeof counted)[number], number>>>;
}

/** How long a store may take to answer, in milliseconds. */
const DEADLINE = 2_000;
const MOST_JOBS = 1_000;

/** Policies pass over what is nothing to them without saying so: only events of these types tell how far they are. */
const reactedTo: ReadonlySet<string> = new Set(policies.flatMap(({ on }) => [...on.keys()]));

/** Look at all of the stores; one that does not answer in time leaves out what it would have said. */
export async function standingsOf(platform: Platform): Promise<Standings> {
  const [head, served, jobs] = await Promise.all([
    inTime(platform.log.head()),
    inTime(servedViews(platform)),
    inTime(jobsOf(platform)),
  ]);
  const views = head !== undefined && served ? await inTime(viewsOf(platform, head, served)) : undefined;
  return {
    up: { events: head !== undefined, rows: served !== undefined, jobs: jobs !== undefined },
    views: views ?? new Map(),
    jobs: jobs ?? new Map(),
  };
}

async function viewsOf(
  { log: events, rowStore, reactor }: Platform,
  head: Position,
  served: readonly Served[],
): Promise<ReadonlyMap<string, Standing>> {
  const lags = new Map<Position, Promise<Lag>>();
  /** Most views are at the same place. */
  const lagAt = (position: Position): Promise<Lag> => {
    const lag = lags.get(position) ?? measureLag(events, head, position);
    lags.set(position, lag);
    return lag;
  };
  const standing = async ({ from, stopped, building }: Served): Promise<Standing> => ({
    up: from && stopped === undefined ? 1 : 0,
    ...(from && { lag: await lagAt(from.position) }),
    parked: from ? (await rowStore.parked(from.set)).length : 0,
    ...(building && { rebuilt: Math.min(1, (building.position + 1) / (head + 1)) }),
  });
  const parked = await reactor.parked();
  const reacted = await rowStore.checkpoint(POLICIES);
  const lag = await measureLag(events, head, reacted, reactedTo);
  const standings = served.map(async (view) => [view.view, await standing(view)] as const);
  return new Map([
    ...(await Promise.all(standings)),
    [POLICIES.name, { up: 1, lag, parked: parked.length }] as const,
  ]);
}

async function jobsOf({ jobs }: Platform): Promise<Standings['jobs']> {
  const kinds = new Map<string, Record<(typeof counted)[number], number>>();
  for (const state of counted) {
    for (const { kind } of await jobs.list({ state, limit: MOST_JOBS })) {
      const counts = kinds.get(kind) ?? { waiting: 0, running: 0, failed: 0 };
      counts[state] += 1;
      kinds.set(kind, counts);
    }
  }
  return kinds;
}

/** What is promised, or undefined where it is not there in time or fails. */
async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), DEADLINE);
  });
  try {
    return await Promise.race([work, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
