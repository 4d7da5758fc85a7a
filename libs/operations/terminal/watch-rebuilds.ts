import { setTimeout as pause } from 'node:timers/promises';
import { type Generation, sameGeneration, type Verified } from '@waymark/core/projections';
import { type Builds, rebuildsOf, type RebuildState, statesOf, type ViewState } from '@waymark/operations';
import type { Platform } from '@waymark/platform';
import { duration, grouped, progressBar } from './progress-bar';

/** What became of a new generation: it serves, waits to be switched to, rests, or is gone. */
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
  /** Ends the watching, and nothing else. */
  readonly signal?: AbortSignal;
}

const FORMAT = 'building {bar} {percentage}% | {rate} events/s | {left} left | {state} | {views}';
/** How often to look, in milliseconds. */
const POLL = 200;

/** Watch new generations with a progress bar on standard error until none goes on. Undefined where that was ended. */
export async function watchRebuilds(
  platform: Platform,
  builds: Builds,
  { quiet = false, signal }: WatchOptions = {},
): Promise<RebuildOutcome[] | undefined> {
  const bar = quiet ? undefined : progressBar(FORMAT);
  bar?.start(100, 0, told([...builds.keys()]));
  try {
    while (!signal?.aborted) {
      const states = (await rebuildsOf(platform)).filter((state) =>
        sameGeneration(state, builds.get(state.view)),
      );
      const going = states.filter((state) => outcomeIn(state) === undefined);
      const [slowest] = going.sort((one, other) => one.percent - other.percent);
      bar?.update(
        slowest?.percent ?? 100,
        told(
          going.map(({ view }) => view),
          slowest,
        ),
      );
      if (!slowest) return await outcomesOf(platform, builds, states);
      await pause(POLL, undefined, { signal }).catch(() => undefined);
    }
    return undefined;
  } finally {
    bar?.stop();
  }
}

/** What the bar says beside how far it is. */
const told = (views: readonly string[], state?: RebuildState): object => ({
  views: views.join(', '),
  state: state?.state ?? '–',
  rate: state?.rate === undefined ? '–' : grouped(state.rate),
  left: state?.secondsLeft === undefined ? '–' : duration(state.secondsLeft),
});

/** How a generation came to rest; undefined as long as it goes on. */
function outcomeIn({ state, hold }: RebuildState): 'paused' | 'failed' | 'verified' | undefined {
  if (state === 'paused' || state === 'failed') return state;
  return state === 'verified' && hold ? state : undefined;
}

/** A generation that is no longer on its way serves, or did before another took its place; or it is gone. */
async function outcomesOf(
  platform: Platform,
  builds: Builds,
  rested: readonly RebuildState[],
): Promise<RebuildOutcome[]> {
  const { views } = await statesOf(platform, [...builds.keys()]);
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
