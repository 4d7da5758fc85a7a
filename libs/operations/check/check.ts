import { type Position, type RowSet, START } from '@waymark/core/kernel';
import { keptUp, outdated, type ViewRecord } from '@waymark/core/projections';
import { views } from '@waymark/modules';
import { type Platform, schemas, unknown } from '@waymark/platform';
import { leftRows } from '../left-rows';
import { requireKnown } from '../rebuilds';
import { statesOf } from '../view-states';
import {
  begun,
  type Finding,
  inForm,
  inIndexes,
  inLog,
  inRows,
  inStates,
  inTrials,
  rebuild,
} from './findings';
import { type EventKind, type ReadingProgress, scanLog } from './log-scan';
import { type FoldTrials, tryFolding } from './trial-fold';

/** What a release would find in a store, and do. */
export interface CheckReport {
  /** Position of the log's last event. */
  readonly head: Position;
  /** Events in the log, and seconds that it took to read them. */
  readonly events: number;
  readonly seconds: number;
  readonly kinds: readonly EventKind[];
  /** What blocks comes first. */
  readonly findings: readonly Finding[];
  /** What became of the views that were built in memory, where that was asked for. */
  readonly trials?: FoldTrials;
}

export interface CheckOptions {
  /** Build views in memory, to see whether they take every event: these, or all that the release would build. */
  readonly fold?: readonly string[] | true;
  /** Told how far a reading of the log is, and what for. */
  readonly onReading?: (what: 'reading' | 'folding', progress: ReadingProgress) => void;
}

/** Compare this release with a store, and change nothing. */
export async function checkRelease(platform: Platform, options: CheckOptions = {}): Promise<CheckReport> {
  const { fold = [], onReading } = options;
  if (fold !== true) requireKnown(fold);
  const { log, catalog } = platform;
  const [head, records] = [await log.head(), await catalog.records()];
  const changed = head === START ? [] : outdated(views, records);
  const scan = await scanLog(log, schemas, (progress) => onReading?.('reading', progress));
  const tried = fold === true ? changed : views.filter(({ name }) => fold.includes(name));
  const folding = (progress: ReadingProgress): void => onReading?.('folding', progress);
  const trials = tried.length > 0 ? await tryFolding(log, tried, { unknown, onReading: folding }) : undefined;
  const findings = [
    ...inLog(scan),
    ...inForm(platform.stores.leftViews),
    ...(trials ? inTrials(trials) : []),
    ...views.flatMap((view) => {
      const record = records.get(view.name);
      if (record?.building) return [begun(view.name, record.building)];
      return changed.includes(view) ? [rebuild(view, record, scan, trials)] : [];
    }),
    ...inIndexes(await lackingIndexes(platform, records)),
    ...inStates(await statesOf(platform)),
    ...inRows(await leftRows(platform)),
  ];
  return {
    ...{ head, events: scan.events, seconds: scan.seconds, kinds: scan.kinds },
    findings: effects.flatMap((effect) => findings.filter((finding) => finding.effect === effect)),
    ...(trials && { trials }),
  };
}

/** Generations that the release would keep up, and fields that they have no index for, where there are any. */
async function lackingIndexes(
  { rowStore }: Platform,
  records: ReadonlyMap<string, ViewRecord>,
): Promise<(readonly [RowSet, readonly string[]])[]> {
  const sets = views.flatMap((view) => {
    const record = records.get(view.name);
    return record ? keptUp(view, record) : [];
  });
  const missing = await Promise.all(sets.map((set) => rowStore.missingIndexes(set)));
  return sets.flatMap((set, at) => (missing[at]!.length > 0 ? [[set, missing[at]!] as const] : []));
}

const effects: readonly Finding['effect'][] = ['blocks', 'work', 'note'];
