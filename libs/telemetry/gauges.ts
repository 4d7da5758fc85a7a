import type { Meter } from '@opentelemetry/api';
import { POLICIES } from '@waymark/core/reactions';
import { REBUILD } from '@waymark/core/upkeep';
import { views } from '@waymark/modules';
import type { Platform } from '@waymark/platform';
import { counted, type Health, healthOf } from './health';

/** How long a result is cached, in milliseconds, for more frequent scrapes. */
const CACHE_TIME = 1_000;

const viewNames = [...views.map(({ name }) => name), POLICIES.name];

/**
 * Report the state of views, policies, jobs and stores whenever metrics are collected. All values are read from
 * the stores, so every process reports the same, whichever does the work. An unavailable
 * value is reported as NaN, because a gauge that is not reported would keep its previous value.
 */
export function observeHealth(meter: Meter, platform: Platform): void {
  const gauge = (name: string, description: string) => meter.createObservableGauge(name, { description });
  const up = {
    store: gauge('waymark_store_up', '1 if a store responds: events, rows or jobs'),
    view: gauge('waymark_view_up', '1 if a view is served and keeps up; 0 if it has stopped or is not built'),
  };
  const lag = {
    events: gauge(
      'waymark_view_lag_events',
      'Events that a view has not processed yet: exact up to 200, estimated beyond',
    ),
    seconds: gauge('waymark_view_lag_seconds', 'Age of the oldest event that a view has not processed yet'),
  };
  const parked = gauge('waymark_view_parked_rows', 'Rows parked at an event that could not be folded');
  const rebuilt = gauge(
    'waymark_rebuild_progress_ratio',
    'Share of the log that the next generation has processed',
  );
  const jobs = gauge('waymark_jobs', 'Jobs by kind and state: waiting, running, failed');
  const kinds = new Set([REBUILD]);
  const health = cached(CACHE_TIME, () => healthOf(platform));
  meter.addBatchObservableCallback(
    async (result) => {
      const current = await health();
      for (const [store, answers] of Object.entries(current.up))
        result.observe(up.store, answers ? 1 : 0, { store });
      for (const view of viewNames) {
        const state = current.views.get(view);
        result.observe(up.view, state?.up ?? NaN, { view });
        result.observe(lag.events, state?.lag?.events ?? NaN, { view });
        result.observe(lag.seconds, state?.lag?.seconds ?? NaN, { view });
        result.observe(parked, state?.parked ?? NaN, { view });
        if (view !== POLICIES.name) result.observe(rebuilt, state?.rebuilt ?? NaN, { view });
      }
      for (const kind of current.jobs.keys()) kinds.add(kind);
      for (const kind of kinds) {
        for (const state of counted) {
          const count = current.up.jobs ? (current.jobs.get(kind)?.[state] ?? 0) : NaN;
          result.observe(jobs, count, { kind, state });
        }
      }
    },
    [up.store, up.view, lag.events, lag.seconds, parked, rebuilt, jobs],
  );
}

/** Cache a result for `ms` milliseconds. */
function cached(ms: number, ask: () => Promise<Health>): () => Promise<Health> {
  let last: { readonly at: number; readonly answer: Promise<Health> } | undefined;
  return () => {
    if (!last || performance.now() - last.at > ms) last = { at: performance.now(), answer: ask() };
    return last.answer;
  };
}
