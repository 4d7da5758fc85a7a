import { setTimeout as pause } from 'node:timers/promises';
import { type Generation, sameGeneration, type Verified } from '@waymark/core/projections';
import {
  type Builds,
  listRebuilds,
  type RebuildState,
  viewStates,
  type ViewState,
} from '@waymark/operations';
import type { Platform } from '@waymark/platform';
import { duration, grouped, progressBar } from './progress-bar';

/** Outcome of a rebuild: live, built and held, paused, failed or cancelled. */
export interface RebuildOutcome extends Generation {
  readonly view: string;
  readonly state: 'live' | 'verified' | 'paused' | 'failed' | 'cancelled';
  readonly rows: number;
  readonly verified?: Verified;
  readonly error?: string;
}

export interface WatchOptions {
  /** No progress bar. */
  readonly quiet?: boolean;
  /** Ends the watching; the rebuilds continue. */
  readonly signal?: AbortSignal;
}

const FORMAT = 'building {bar} {percentage}% | {rate} events/s | {left} left | {state} | {views}';
/** Time between polls, in milliseconds. */
const POLL_MS = 200;

/**
 * Watch rebuilds, with a progress bar on standard error, until none makes further progress. Returns undefined if the signal
 * ended the watching.
 */
export async function watchRebuilds(
  platform: Platform,
  builds: Builds,
  { quiet = false, signal }: WatchOptions = {},
): Promise<RebuildOutcome[] | undefined> {
  const bar = quiet ? undefined : progressBar(FORMAT);
  bar?.start(100, 0, barFields([...builds.keys()]));
  try {
    while (!signal?.aborted) {
      const states = (await listRebuilds(platform)).filter((state) =>
        sameGeneration(state, builds.get(state.view)),
      );
      const going = states.filter((state) => outcomeIn(state) === undefined);
      const [slowest] = going.sort((one, other) => one.percent - other.percent);
      bar?.update(
        slowest?.percent ?? 100,
        barFields(
          going.map(({ view }) => view),
          slowest,
        ),
      );
      if (!slowest) return await outcomesOf(platform, builds, states);
      await pause(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
    return undefined;
  } finally {
    bar?.stop();
  }
}

/** Values of the fields in the bar's format. */
const barFields = (views: readonly string[], state?: RebuildState): object => ({
  views: views.join(', '),
  state: state?.state ?? '–',
  rate: state?.rate === undefined ? '–' : grouped(state.rate),
  left: state?.secondsLeft === undefined ? '–' : duration(state.secondsLeft),
});

/** Why a rebuild makes no further progress; undefined while it does. */
function outcomeIn({ state, hold }: RebuildState): 'paused' | 'failed' | 'verified' | undefined {
  if (state === 'paused' || state === 'failed') return state;
  return state === 'verified' && hold ? state : undefined;
}

/** A generation that is no longer being built and is still in the catalog went live; otherwise it was cancelled. */
async function outcomesOf(
  platform: Platform,
  builds: Builds,
  rested: readonly RebuildState[],
): Promise<RebuildOutcome[]> {
  const { views } = await viewStates(platform, [...builds.keys()]);
  return [...builds].map(([view, { version, generation }]) => {
    const is = (state: RebuildState | ViewState): boolean =>
      state.view === view && sameGeneration(state, { version, generation });
    const [kept, rests] = [views.find(is), rested.find(is)];
    const { verified, error } = rests ?? {};
    return {
      ...{ view, version, generation },
      state: (rests && outcomeIn(rests)) ?? (kept ? 'live' : 'cancelled'),
      rows: kept?.rows ?? 0,
      ...(verified && { verified }),
      ...(error === undefined ? {} : { error }),
    };
  });
}
