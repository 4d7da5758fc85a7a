import { redactUpns } from '@waymark/core/fields';
import { type RowSet, rowSetName, type View } from '@waymark/core/kernel';
import { type Build, nameOf, readable, stateOf, type ViewRecord } from '@waymark/core/projections';
import type { States } from '../view-states';
import type { LogScan } from './log-scan';
import type { FoldTrial, FoldTrials } from './trial-fold';

/**
 * Something to know before a release takes over a store: it `blocks`, it is `work` that the release does or that somebody has
 * to do, or it is a `note`.
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

const [blocks, work, note] = [finding('blocks'), finding('work'), finding('note')];

const counted = (value: number, what: string): string =>
  `${value.toLocaleString('en-GB')} ${what}${value === 1 ? '' : 's'}`;

const time = (seconds: number): string => counted(Math.ceil(seconds), 'second');

/** Events that the release does not know, or cannot bring to its own schemas, and those whose personal data are not sealed. */
export function* inLog({ kinds, inClear }: LogScan): Generator<Finding> {
  for (const { events, trouble } of kinds) {
    if (trouble)
      yield blocks(trouble.code, `${trouble.message}; there are ${counted(events, 'event')} of its kind`);
  }
  if (inClear > 0) {
    const held = `${counted(inClear, 'event')} with personal data in clear`;
    yield work('NOT_SEALED', `the log holds ${held}: copy it into a new one with waymark copy --seal`);
  }
}

/** Views that the release could not build. */
export function* inTrials({ views }: FoldTrials): Generator<Finding> {
  for (const { view, poison, stopped } of views) {
    const because = stopped ?? whatWaits(poison);
    if (because !== undefined) yield blocks('FOLD_FAILS', `${view} cannot be built: ${because}`, view);
  }
}

function whatWaits(poison: FoldTrial['poison']): string | undefined {
  const [first] = poison;
  if (!first) return undefined;
  const { type, position, error } = first.parked;
  const others = poison.length === 1 ? '' : `, and ${counted(poison.length - 1, 'row')} for the like`;
  return `event ${type} at position ${String(position)} cannot be folded (${error})${others}`;
}

/** A view that the release has in another version than the store. */
export function rebuild(
  { name, ...view }: View,
  record: ViewRecord | undefined,
  { events, seconds }: LogScan,
  trials: FoldTrials | undefined,
): Finding {
  const takes = trials ? `about ${time(trials.seconds)}` : `${time(seconds)} at least`;
  const former = record && readable({ name, ...view }, record);
  const meanwhile = former
    ? `version ${String(former.version)} serves until then`
    : 'until then, what is read from it is answered with VIEW_BUILDING';
  const from = `from ${counted(events, 'event')}, in ${takes}`;
  return work('REBUILD', `${name}: version ${String(view.version)} is built ${from}; ${meanwhile}`, name);
}

/** Views in a form that the release does not read. */
export function* inForm(left: boolean): Generator<Finding> {
  if (left) {
    const then = 'a service of this one forgets them when it starts, and builds all views anew from the log';
    yield work('VIEWS_OF_ANOTHER_RELEASE', `the views are in the form of another release: ${then}`);
  }
}

/** Rows that cannot be found by some of their fields yet. */
export function* inIndexes(lacking: readonly (readonly [RowSet, readonly string[]])[]): Generator<Finding> {
  for (const [rows, missing] of lacking) {
    const what = `${rowSetName(rows)} lacks indexes on ${missing.join(', ')}`;
    yield work('INDEXES_MISSING', `${what}: they are made when a service starts that keeps it up`, rows.name);
  }
}

/** A new generation that was begun before. */
export function begun(view: string, build: Build): Finding {
  const rows = nameOf(view, build);
  const state = stateOf(build);
  if (state === 'failed') return work('REBUILD_RESTS', `${rows} has failed: resume it, or cancel it`, view);
  if (state === 'paused') return work('REBUILD_RESTS', `${rows} is paused: resume it, or cancel it`, view);
  if (state === 'verified' && build.hold)
    return work('REBUILD_HELD', `${rows} is built: switch to it, or cancel it`, view);
  return work('REBUILD_GOES_ON', `${rows} is ${state}, and goes on`, view);
}

/** What does not get on as it should. */
export function* inStates({ views, policies }: States): Generator<Finding> {
  for (const { view, version, generation, state, reason = '', parked } of views) {
    const rows = nameOf(view, { version, generation });
    if (state === 'stopped')
      yield note('VIEW_STOPPED', `${rows} has stopped, and is tried again: ${reason}`, view);
    if (parked > 0)
      yield note('PARKED', `${counted(parked, 'row')} of ${rows} cannot take an event, and wait`, view);
  }
  const { parked, lag } = policies;
  if (parked > 0)
    yield note('PARKED', `${counted(parked, 'stream')} of policies cannot take an event, and wait`);
  if (lag.events > 0)
    yield note('POLICIES_BEHIND', `policies are ${counted(lag.events, 'event')} behind, and catch up`);
}

/** Rows that the release has no use for. */
export function* inRows(left: readonly string[]): Generator<Finding> {
  for (const rows of left)
    yield note('ROWS_LEFT', `${rows} is of no use to this release: drop it once no other needs it`);
}
