import { isDeepStrictEqual } from 'node:util';
import { maskUpns } from '@waymark/core/fields';
import { type Parked, type Position, type RecordedEvent, Refusal, type View } from '@waymark/core/kernel';
import { type Generation, type PastRow, readable, rowAt } from '@waymark/core/projections';
import { views } from '@waymark/modules';
import { type Platform, unknown } from '@waymark/platform';

/** A view's row as the log had it at a position, beside the one that is served now. Pupils' numbers are hidden. */
export interface RowThen extends PastRow {
  readonly view: string;
  /** Of the view as this program folds it. */
  readonly version: number;
  readonly key: string;
  readonly position: Position;
  /** Absent as long as the view is being built for the first time. */
  readonly served?: ServedRow;
  /** Whether the two are equal; absent where they are of different positions. */
  readonly equal?: boolean;
}

export interface ServedRow extends Generation {
  /** Position up to which the row reflects the log. */
  readonly position: Position;
  readonly row: object | null;
  /** Why it takes no further events, where it does not. */
  readonly parked?: Parked;
}

export interface RowThenOptions {
  /** Where the log is taken to end: at its present end, if left out or further on. */
  readonly position?: Position | undefined;
  /** Told how far the log has been read, and how far it is to be. */
  readonly onRead?: (position: Position, to: Position) => void;
}

/**
 * A view's row folded anew from the log, up to a position. Refused as `UNKNOWN_VIEW`, `UNKNOWN_ROW` where there neither is
 * nor was such a row, and `ROW_CANNOT_BE_FOLDED`.
 */
export async function rowThen(
  platform: Platform,
  name: string,
  key: string,
  { position, onRead = () => undefined }: RowThenOptions = {},
): Promise<RowThen> {
  const view = views.find((each) => each.name === name);
  if (!view) throw new Refusal('UNKNOWN_VIEW', 'There is no view of this name.', 'missing');
  // In this order: what is served then cannot be further than the end, but for what came in between.
  const served = await servedRow(platform, view, key);
  const head = await platform.log.head();
  const to = Math.min(position ?? head, head);
  const past = await rowAt(platform.log, guarded(view), key, to, (at) => onRead(Math.min(at, to), to));
  if (past.events === 0 && !served?.row && !served?.parked)
    throw new Refusal('UNKNOWN_ROW', 'The view has no row of this key, nor had it one then.', 'missing');
  const comparable = served && (served.position === to || (to === head && served.position > head));
  return {
    ...{ view: name, version: view.version, key, position: to },
    ...maskUpns(past),
    ...(served && { served: maskUpns(served) }),
    ...(comparable && { equal: isDeepStrictEqual(asKept(past.row), served.row) }),
  };
}

async function servedRow(
  { catalog, rowStore }: Platform,
  view: View,
  key: string,
): Promise<ServedRow | undefined> {
  const serving = readable(view, await catalog.record(view.name));
  if (!serving) return undefined;
  const { version, generation = 1 } = serving;
  const position = await rowStore.checkpoint(serving);
  const stored = (await rowStore.load(serving, [key])).get(key);
  const read = view.former.find((former) => former.view.version === version)?.read;
  return {
    version,
    generation,
    // Where the row is ahead of its view, the view went on after it was asked.
    position: Math.max(position, stored?.position ?? position),
    row: stored?.row ? (read?.(stored.row) ?? stored.row) : null,
    ...(stored?.parked && { parked: stored.parked }),
  };
}

/** A row as a store gives it back. */
const asKept = (row: object | null): unknown => JSON.parse(JSON.stringify(row));

/** The same view, which says clearly what it cannot fold. */
const guarded = (view: View): View => ({
  ...view,
  on: new Map(
    [...view.on].map(([type, fold]) => [
      type,
      (row: object | null, event: RecordedEvent<string, never>): object | null => {
        const strange = unknown(event);
        if (strange !== undefined) throw unfoldable(strange);
        try {
          return fold(row, event);
        } catch {
          throw unfoldable(`event ${type} at position ${String(event.position)} is in its way`);
        }
      },
    ]),
  ),
});

const unfoldable = (what: string): Refusal =>
  new Refusal('ROW_CANNOT_BE_FOLDED', `The row cannot be folded: ${what}.`, 'unavailable');
