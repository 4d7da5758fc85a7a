import type { JobState, Position } from '@waymark/core/kernel';
import { POLICIES } from '@waymark/core/reactions';
import { policies } from '@waymark/modules/policies/index';
import { type Lag, measureLag } from '@waymark/operations';
import type { Platform } from '@waymark/platform';
import { type Served, servedViews } from './served';

/** The job states that are counted. Of done and cancelled jobs, only some are kept. */
export const counted = ['waiting', 'running', 'failed'] as const satisfies readonly JobState[];

/** The state of a view or of the policies. */
export interface ViewHealth {
  /** 1 if it keeps up, 0 if it has stopped or was never built. */
  readonly up: number;
  readonly lag?: Lag;
  /** Number of rows parked at an event that could not be folded. */
  readonly parked: number;
  /** Share of the log that the generation being built has processed, from 0 to 1. */
  readonly rebuilt?: number;
}

/** The state of everything, as far as the stores respond. */
export interface Health {
  /** Which stores respond. */
  readonly up: Readonly<Record<'events' | 'rows' | 'jobs', boolean>>;
  /** By view name; `policies` for the policies. */
  readonly views: ReadonlyMap<string, ViewHealth>;
  /** Number of jobs by kind and state, at most a thousand per state. */
  readonly jobs: ReadonlyMap<string, Readonly<Record<(typeof counted)[number], number>>>;
}

/** Time limit for a store to respond, in milliseconds. */
const DEADLINE = 2_000;
const MAX_JOBS = 1_000;

/**
 * The policies' checkpoint does not advance over events they do not react to, so their lag is measured only in
 * events of these types.
 */
const reactedTo: ReadonlySet<string> = new Set(policies.flatMap(({ on }) => [...on.keys()]));

/** Query all stores. Values of a store that does not respond in time are left out. */
export async function healthOf(platform: Platform): Promise<Health> {
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
): Promise<ReadonlyMap<string, ViewHealth>> {
  const lags = new Map<Position, Promise<Lag>>();
  /** Most views have the same checkpoint. */
  const lagAt = (position: Position): Promise<Lag> => {
    const lag = lags.get(position) ?? measureLag(events, head, position);
    lags.set(position, lag);
    return lag;
  };
  const state = async ({ from, stopped, building }: Served): Promise<ViewHealth> => ({
    up: from && stopped === undefined ? 1 : 0,
    ...(from && { lag: await lagAt(from.position) }),
    parked: from ? (await rowStore.parked(from.set)).length : 0,
    ...(building && { rebuilt: Math.min(1, (building.position + 1) / (head + 1)) }),
  });
  const parked = await reactor.parked();
  const reacted = await rowStore.checkpoint(POLICIES);
  const lag = await measureLag(events, head, reacted, reactedTo);
  const states = served.map(async (view) => [view.view, await state(view)] as const);
  return new Map([
    ...(await Promise.all(states)),
    [POLICIES.name, { up: 1, lag, parked: parked.length }] as const,
  ]);
}

async function jobsOf({ jobs }: Platform): Promise<Health['jobs']> {
  const kinds = new Map<string, Record<(typeof counted)[number], number>>();
  for (const state of counted) {
    for (const { kind } of await jobs.list({ state, limit: MAX_JOBS })) {
      const counts = kinds.get(kind) ?? { waiting: 0, running: 0, failed: 0 };
      counts[state] += 1;
      kinds.set(kind, counts);
    }
  }
  return kinds;
}

/** The result, or undefined if the work fails or exceeds the time limit. */
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
