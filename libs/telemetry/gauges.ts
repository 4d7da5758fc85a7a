import type { Meter } from '@opentelemetry/api';
import { POLICIES } from '@waymark/core/reactions';
import { REBUILD } from '@waymark/core/upkeep';
import { views } from '@waymark/modules';
import type { Platform } from '@waymark/platform';
import { counted, type Standings, standingsOf } from './standing';

/** How long what was looked up is good for, in milliseconds: whoever asks more often is told the same again. */
const GOOD_FOR = 1_000;

const viewNames = [...views.map(({ name }) => name), POLICIES.name];

/**
 * Say how views, policies, jobs and stores stand, whenever the metrics are collected. All of it is read from the stores:
 * every process says the same of it, whichever does the work. What cannot be said at present is not a number, since a
 * gauge that is left out would go on as it was.
 */
export function observeStanding(meter: Meter, platform: Platform): void {
  const gauge = (name: string, description: string) => meter.createObservableGauge(name, { description });
  const up = {
    store: gauge('waymark_store_up', '1 where a store answers: events, rows or jobs'),
    view: gauge(
      'waymark_view_up',
      '1 where a view is served and goes on; 0 where it has stopped or is not built',
    ),
  };
  const lag = {
    events: gauge(
      'waymark_view_lag_events',
      'Events that a view has yet to see: counted up to 200, beyond that estimated',
    ),
    seconds: gauge('waymark_view_lag_seconds', 'Age of the oldest event that a view has yet to see'),
  };
  const parked = gauge('waymark_view_parked_rows', 'Rows that wait at an event which could not be folded');
  const rebuilt = gauge('waymark_rebuild_progress_ratio', 'How much of the log the next generation has seen');
  const jobs = gauge('waymark_jobs', 'Jobs by kind and state: waiting, running, failed');
  const kinds = new Set([REBUILD]);
  const look = goodFor(GOOD_FOR, () => standingsOf(platform));
  meter.addBatchObservableCallback(
    async (result) => {
      const seen = await look();
      for (const [store, answers] of Object.entries(seen.up))
        result.observe(up.store, answers ? 1 : 0, { store });
      for (const view of viewNames) {
        const standing = seen.views.get(view);
        result.observe(up.view, standing?.up ?? NaN, { view });
        result.observe(lag.events, standing?.lag?.events ?? NaN, { view });
        result.observe(lag.seconds, standing?.lag?.seconds ?? NaN, { view });
        result.observe(parked, standing?.parked ?? NaN, { view });
        if (view !== POLICIES.name) result.observe(rebuilt, standing?.rebuilt ?? NaN, { view });
      }
      for (const kind of seen.jobs.keys()) kinds.add(kind);
      for (const kind of kinds) {
        for (const state of counted) {
          const count = seen.up.jobs ? (seen.jobs.get(kind)?.[state] ?? 0) : NaN;
          result.observe(jobs, count, { kind, state });
        }
      }
    },
    [up.store, up.view, lag.events, lag.seconds, parked, rebuilt, jobs],
  );
}

/** Ask again only once the last answer is as old as that. */
function goodFor(ms: number, ask: () => Promise<Standings>): () => Promise<Standings> {
  let last: { readonly at: number; readonly answer: Promise<Standings> } | undefined;
  return () => {
    if (!last || performance.now() - last.at > ms) last = { at: performance.now(), answer: ask() };
    return last.answer;
  };
}
