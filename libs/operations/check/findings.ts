import { redactUpns } from '@waymark/core/fields';
import { type HiddenPart, type RowSet, rowSetName, type View } from '@waymark/core/kernel';
import { type LostKey, printableName, type Shortfall, shortfallText } from '@waymark/core/log';
import { type Build, nameOf, readable, stateOf, type ViewRecord } from '@waymark/core/projections';
import type { ViewStates } from '../view-states';
import type { LogScan } from './log-scan';
import type { FoldTrial, FoldTrials } from './trial-fold';

/**
 * Something to know before a release is started on a store. It `blocks` the release; it is `work` that the release will do or
 * that an operator has to do; or it is a `note`.
 */
export interface Finding {
  readonly effect: 'blocks' | 'work' | 'note';
  /** Stable, and part of the interface. */
  readonly code: FindingCode;
  readonly view?: string;
  readonly message: string;
}

type FindingCode =
  | 'UNKNOWN_EVENT'
  | 'UPCAST_FAILS'
  | 'NOT_SEALED'
  | 'KEY_LOST'
  | 'SEALED_EVENTS_MISSING'
  | 'STREAMS_HIDDEN'
  | 'HASHES_NOT_SEALED'
  | 'FOLD_FAILS'
  | 'REBUILD'
  | 'REBUILD_GOES_ON'
  | 'REBUILD_RESTS'
  | 'REBUILD_HELD'
  | 'VIEWS_OF_ANOTHER_RELEASE'
  | 'INDEXES_MISSING'
  | 'VIEW_STOPPED'
  | 'PARKED'
  | 'POLICIES_BEHIND'
  | 'ROWS_LEFT';

const finding =
  (effect: Finding['effect']) =>
  (code: FindingCode, message: string, view?: string): Finding => ({
    ...{ effect, code, message: redactUpns(message) },
    ...(view === undefined ? {} : { view }),
  });

/** Number of persons or streams to name. */
const NAMED = 20;

const [blocks, work, note] = [finding('blocks'), finding('work'), finding('note')];

const counted = (value: number, what: string): string =>
  `${value.toLocaleString('en-GB')} ${what}${value === 1 ? '' : 's'}`;

const time = (seconds: number): string => counted(Math.ceil(seconds), 'second');

/**
 * Events that the release does not know or cannot upcast, events with unencrypted personal data, and events whose hashes
 * of commands are not sealed.
 */
export function* logFindings({ kinds, unencrypted, unsealed }: LogScan): Generator<Finding> {
  for (const { events, trouble } of kinds) {
    if (trouble)
      yield blocks(
        trouble.code,
        `${trouble.message}; events of this type and schema: ${events.toLocaleString('en-GB')}`,
      );
  }
  if (unencrypted > 0) {
    const found = `${counted(unencrypted, 'event')} with unencrypted personal data`;
    yield work('NOT_SEALED', `the log contains ${found}: copy it to a new log with waymark copy --seal`);
  }
  if (unsealed > 0) {
    const found = `${counted(unsealed, 'event')} with a hash of a command that its person’s key does not seal`;
    yield work(
      'HASHES_NOT_SEALED',
      `the log contains ${found}: copy it to a new log with waymark copy --seal`,
    );
  }
}

/** Streams of which not all readers see all events. */
export function* hiddenFindings(parts: readonly HiddenPart[]): Generator<Finding> {
  if (parts.length === 0) return;
  const names = parts.slice(0, NAMED).map(({ what, stream }) => `${printableName(stream)} (${what})`);
  const more = parts.length > NAMED ? `, and ${counted(parts.length - NAMED, 'more stream')}` : '';
  yield blocks('STREAMS_HIDDEN', `the event store hides events of ${names.join(', ')}${more}`);
}

/** Sealed events that the log lacks. */
export function* shortfallFindings(missing: Shortfall | undefined): Generator<Finding> {
  if (missing) yield blocks('SEALED_EVENTS_MISSING', shortfallText(missing));
}

/** Persons whose data can no longer be read, although no erasure is recorded. */
export function* keyFindings(lost: readonly LostKey[]): Generator<Finding> {
  for (const key of lost.slice(0, NAMED)) yield work('KEY_LOST', lostKeyText(key));
  if (lost.length > NAMED)
    yield work('KEY_LOST', `${counted(lost.length - NAMED, 'more person')} without a key`);
}

const TROUBLES = { missing: 'is missing', destroyed: 'was destroyed', damaged: 'is damaged' } as const;

/** Describe a lost key as text. */
export function lostKeyText({ subject, why, first }: LostKey): string {
  const { type, stream, revision, position } = first;
  const event = `${type} at position ${String(position)}, revision ${String(revision)} of ${printableName(stream)}`;
  return `the key of ${printableName(subject)} ${TROUBLES[why]}, and no erasure is recorded: the first event that cannot be read is ${event}`;
}

/** Views that the release cannot build. */
export function* trialFindings({ views }: FoldTrials): Generator<Finding> {
  for (const { view, poison, stopped } of views) {
    const because = stopped ?? poisonText(poison);
    if (because !== undefined) yield blocks('FOLD_FAILS', `${view} cannot be built: ${because}`, view);
  }
}

function poisonText(poison: FoldTrial['poison']): string | undefined {
  const [first] = poison;
  if (!first) return undefined;
  const { type, position, error } = first.parked;
  const others =
    poison.length === 1 ? '' : `, and ${counted(poison.length - 1, 'more row')} cannot be folded`;
  return `event ${type} at position ${String(position)} cannot be folded (${error})${others}`;
}

/** A view whose version in the release differs from that in the store, or that is not in the store. */
export function rebuildFinding(
  { name, ...view }: View,
  record: ViewRecord | undefined,
  { events, seconds }: LogScan,
  trials: FoldTrials | undefined,
): Finding {
  const takes = trials ? `about ${time(trials.seconds)}` : `at least ${time(seconds)}`;
  const former = record && readable({ name, ...view }, record);
  const meanwhile = former
    ? `version ${String(former.version)} serves until then`
    : 'until then, queries that read it are refused as VIEW_BUILDING';
  const from = `from ${counted(events, 'event')}, which takes ${takes}`;
  return work(
    'REBUILD',
    `${name}: version ${String(view.version)} will be built ${from}; ${meanwhile}`,
    name,
  );
}

/** Views in a storage format that the release cannot read. */
export function* formatFindings(isIncompatible: boolean): Generator<Finding> {
  if (isIncompatible) {
    const then = 'when a service of this release starts, it deletes them and rebuilds all views from the log';
    yield work('VIEWS_OF_ANOTHER_RELEASE', `the views are in the format of another release: ${then}`);
  }
}

/** Generations that lack indexes. */
export function* indexFindings(
  lacking: readonly (readonly [RowSet, readonly string[]])[],
): Generator<Finding> {
  for (const [rows, missing] of lacking) {
    const what = `${rowSetName(rows)} lacks indexes on ${missing.join(', ')}`;
    yield work(
      'INDEXES_MISSING',
      `${what}: the next api or worker that owns the view creates them when it starts`,
      rows.name,
    );
  }
}

/** A rebuild that is already in progress. */
export function buildFinding(view: string, build: Build): Finding {
  const rows = nameOf(view, build);
  const state = stateOf(build);
  if (state === 'failed')
    return work('REBUILD_RESTS', `the rebuild ${rows} has failed: resume or cancel it`, view);
  if (state === 'paused')
    return work('REBUILD_RESTS', `the rebuild ${rows} is paused: resume or cancel it`, view);
  if (state === 'verified' && build.hold)
    return work('REBUILD_HELD', `the rebuild ${rows} is built and held: switch to it or cancel it`, view);
  return work('REBUILD_GOES_ON', `the rebuild ${rows} is ${state} and will continue`, view);
}

/** Views that are stopped, rows and streams that are parked, and policies that lag behind. */
export function* stateFindings({ views, policies }: ViewStates): Generator<Finding> {
  for (const { view, version, generation, state, reason = '', parked } of views) {
    const rows = nameOf(view, { version, generation });
    if (state === 'stopped')
      yield note('VIEW_STOPPED', `${rows} is stopped and will be tried again: ${reason}`, view);
    if (parked > 0)
      yield note(
        'PARKED',
        `parked rows of ${rows}: ${parked.toLocaleString('en-GB')}; list them with waymark parked`,
        view,
      );
  }
  const { parked, lag } = policies;
  if (parked > 0)
    yield note(
      'PARKED',
      `parked streams of the policies: ${parked.toLocaleString('en-GB')}; list them with waymark parked`,
    );
  if (lag.events > 0)
    yield note(
      'POLICIES_BEHIND',
      `the policies are ${counted(lag.events, 'event')} behind and will catch up`,
    );
}

/** Row sets that the release does not use. */
export function* unusedRowFindings(unused: readonly string[]): Generator<Finding> {
  for (const rows of unused)
    yield note(
      'ROWS_LEFT',
      `${rows} is not used by this release: delete it with waymark views drop once no other release needs it`,
    );
}
