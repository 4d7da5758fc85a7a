import { type Position, type RowSet, START } from '@waymark/core/kernel';
import { maintained, outdated, type ViewRecord } from '@waymark/core/projections';
import { lostKeys, upcasting } from '@waymark/core/log';
import { erasedIds } from '@waymark/governance/privacy';
import { views } from '@waymark/modules';
import { modules, type Platform, schemaVersions, unknownEventReason } from '@waymark/platform';
import { unusedRows } from '../unused-rows';
import { knownViews } from '../view-names';
import { viewStates } from '../view-states';
import {
  buildFinding,
  type Finding,
  formatFindings,
  hiddenFindings,
  indexFindings,
  keyFindings,
  logFindings,
  shortfallFindings,
  unusedRowFindings,
  stateFindings,
  trialFindings,
  rebuildFinding,
} from './findings';
import { type EventKind, type ReadingProgress, scanLog } from './log-scan';
import { type FoldTrials, tryFolding } from './trial-fold';

/** Result of comparing this release with a store. */
export interface CheckReport {
  /** Position of the log's last event. */
  readonly head: Position;
  /** Number of events in the log, and seconds it took to read them. */
  readonly events: number;
  readonly seconds: number;
  readonly kinds: readonly EventKind[];
  /** Sorted by effect: `blocks`, `work`, `note`. */
  readonly findings: readonly Finding[];
  /** Results of building views in memory, if that was requested. */
  readonly trials?: FoldTrials;
}

export interface CheckOptions {
  /** Build these views in memory to find events that they cannot fold; `true` means all that the release would rebuild. */
  readonly fold?: readonly string[] | true;
  /** Called with the progress of each pass over the log. */
  readonly onReading?: (what: 'reading' | 'folding', progress: ReadingProgress) => void;
}

/** Compare this release with a store. Changes nothing. Throws `UNKNOWN_VIEW`. */
export async function checkRelease(platform: Platform, options: CheckOptions = {}): Promise<CheckReport> {
  const { onReading } = options;
  const fold = options.fold === true || knownViews(options.fold ?? []);
  const { log, catalog } = platform;
  const [head, records] = [await log.head(), await catalog.records()];
  const changed = head === START ? [] : outdated(views, records);
  const stored = upcasting(platform.stores.events, modules);
  const scan = await scanLog(stored, schemaVersions, (progress) => onReading?.('reading', progress));
  const { stores, keys, masters } = platform;
  const lost = await lostKeys(stores.events, { keys, masters, erased: await erasedIds(log) });
  const tried = fold === true ? changed : views.filter(({ name }) => fold.includes(name));
  const folding = (progress: ReadingProgress): void => onReading?.('folding', progress);
  const trials =
    tried.length > 0
      ? await tryFolding(log, tried, { unknown: unknownEventReason, onReading: folding })
      : undefined;
  const findings = [
    ...logFindings(scan),
    ...hiddenFindings(await stores.events.hiddenParts()),
    ...shortfallFindings(await platform.sealedShortfall()),
    ...keyFindings(lost),
    ...formatFindings(platform.stores.viewsIgnored),
    ...(trials ? trialFindings(trials) : []),
    ...views.flatMap((view) => {
      const record = records.get(view.name);
      if (record?.building) return [buildFinding(view.name, record.building)];
      return changed.includes(view) ? [rebuildFinding(view, record, scan, trials)] : [];
    }),
    ...indexFindings(await missingIndexes(platform, records)),
    ...stateFindings(await viewStates(platform)),
    ...unusedRowFindings(await unusedRows(platform)),
  ];
  return {
    ...{ head, events: scan.events, seconds: scan.seconds, kinds: scan.kinds },
    findings: effects.flatMap((effect) => findings.filter((finding) => finding.effect === effect)),
    ...(trials && { trials }),
  };
}

/** Generations that the release would project into and that lack indexes, with the fields concerned. */
async function missingIndexes(
  { rowStore }: Platform,
  records: ReadonlyMap<string, ViewRecord>,
): Promise<(readonly [RowSet, readonly string[]])[]> {
  const sets = views.flatMap((view) => {
    const record = records.get(view.name);
    return record ? maintained(view, record) : [];
  });
  const missing = await Promise.all(sets.map((set) => rowStore.missingIndexes(set)));
  return sets.flatMap((set, at) => (missing[at]!.length > 0 ? [[set, missing[at]!] as const] : []));
}

const effects: readonly Finding['effect'][] = ['blocks', 'work', 'note'];
