import { isDeepStrictEqual } from 'node:util';
import { Type } from '@sinclair/typebox';
import { maskUpns } from '@waymark/core/fields';
import { type Position, type RecordedEvent, Refusal, START, type View } from '@waymark/core/kernel';
import type { Principal } from '@waymark/core/access';
import { eventsOf, readable, rowAt } from '@waymark/core/projections';
import {
  type Answer,
  count,
  jsonObject,
  moment,
  object,
  orNull,
  position,
  text,
} from '@waymark/core/questions';
import { type Platform, unknownEventReason } from '@waymark/platform';
import { findView } from './view-names';

const row = orNull(jsonObject('The row, as the view has it.'));

/** A row as queries are answered from it at present. */
const servedRow = object(
  {
    version: Type.Integer(),
    generation: Type.Integer(),
    position: position('The position up to which the row reflects the log.'),
    row,
    parked: Type.Optional(
      object(
        {
          event: text(),
          type: text(),
          position: position(),
          after: Type.Optional(position('A position in the log from which the event is found.')),
          error: text(),
          since: moment(),
          waiting: count('Events of this row that wait behind it.'),
        },
        { description: 'Why it takes no further events.' },
      ),
    ),
  },
  { $id: 'ServedRow' },
);

/** A view's row folded from the log up to a position, with the row that is served now. UPNs are masked. */
export const rowAtPositionSchema = object(
  {
    view: text(),
    version: Type.Integer({ description: 'Of the view as this program folds it.' }),
    key: text(),
    position: position(),
    row,
    events: count('Events folded into it.'),
    last: Type.Optional(
      object(
        { id: text(), type: text(), position: position() },
        { description: 'The last of those events.' },
      ),
    ),
    served: Type.Optional(servedRow),
    equal: Type.Optional(
      Type.Boolean({
        description:
          'Whether both rows are equal; absent where events of the row lie between their positions.',
      }),
    ),
  },
  { $id: 'RowAtPosition' },
);

export type RowAtPosition = Answer<typeof rowAtPositionSchema>;
export type ServedRow = Answer<typeof servedRow>;

/** What rows are folded and read from. */
export type RowSources = Pick<Platform, 'catalog' | 'rowStore' | 'log' | 'accessLog'>;

export interface RowAtPositionOptions {
  /** The principal who is shown the row, and the reason if one was given. */
  readonly reader: Principal;
  readonly reason?: string | undefined;
  /** Last position to fold. Defaults to the end of the log, which is also the maximum. */
  readonly position?: Position | undefined;
  /** Called with the position reached, and the last position to read. */
  readonly onRead?: (position: Position, to: Position) => void;
}

/**
 * Fold a view's row from the log, up to a position. The access log records first who is shown whose row, because an
 * error shows something of the row too. Throws `UNKNOWN_VIEW`, `UNKNOWN_ROW` if the row does not exist now and
 * did not exist at that position, or `ROW_CANNOT_BE_FOLDED`.
 */
export async function rowAtPosition(
  platform: RowSources,
  name: string,
  key: string,
  { reader, reason, position: end, onRead = () => undefined }: RowAtPositionOptions,
): Promise<RowAtPosition> {
  const view = findView(name);
  if (!view)
    throw new Refusal(
      'UNKNOWN_VIEW',
      'There is no view of this name. Run `waymark views` to list the views.',
      'missing',
    );
  // The served row is read before the head, so that it is ahead of the head only through events recorded in between.
  const served = await readServedRow(platform, view, key);
  const head = await platform.log.head();
  const to = Math.min(end ?? head, head);
  await platform.accessLog.record(reader, 'GetRow', await subjectOf(platform, view, key, head), reason);
  const past = await rowAt(platform.log, withFoldErrors(view), key, to, (at) => onRead(Math.min(at, to), to));
  if (past.events === 0 && !served?.row && !served?.parked)
    throw new Refusal(
      'UNKNOWN_ROW',
      'The view has no row with this key, neither now nor at that position.',
      'missing',
    );
  // The served row may be behind by events of other rows, or ahead by events recorded since.
  const comparable =
    served &&
    (served.position >= to
      ? served.position === to || to === head
      : (past.last?.position ?? to) <= served.position);
  return {
    ...{ view: view.name, version: view.version, key, position: to },
    ...maskUpns(past),
    ...(served && { served: maskUpns(served) }),
    ...(comparable && { equal: isDeepStrictEqual(asStored(past.row), served.row) }),
  };
}

/** The person whose record a row is, by id; empty if it is nobody's. */
async function subjectOf({ log }: RowSources, view: View, key: string, head: Position): Promise<string[]> {
  for await (const { metadata } of eventsOf(log, view, key, START, head))
    if (metadata.subject !== undefined) return [metadata.subject];
  return [];
}

async function readServedRow(
  { catalog, rowStore }: RowSources,
  view: View,
  key: string,
): Promise<ServedRow | undefined> {
  const serving = readable(view, await catalog.record(view.name));
  if (!serving) return undefined;
  const { version, generation = 1 } = serving;
  const checkpoint = await rowStore.checkpoint(serving);
  const stored = (await rowStore.load(serving, [key])).get(key);
  const read = view.former.find((former) => former.view.version === version)?.read;
  return {
    version,
    generation,
    // The view may have advanced between the two reads: the row is then ahead of the checkpoint.
    position: Math.max(checkpoint, stored?.position ?? checkpoint),
    row: stored?.row ? (read?.(stored.row) ?? stored.row) : null,
    ...(stored?.parked && { parked: stored.parked }),
  };
}

/** A row as it is after a round trip through a store. */
const asStored = (row: object | null): unknown => JSON.parse(JSON.stringify(row));

/** The same view, with fold errors turned into `ROW_CANNOT_BE_FOLDED`. */
const withFoldErrors = (view: View): View => ({
  ...view,
  on: new Map(
    [...view.on].map(([type, fold]) => [
      type,
      (row: object | null, event: RecordedEvent<string, never>): object | null => {
        const unknownReason = unknownEventReason(event);
        if (unknownReason !== undefined) throw cannotFold(unknownReason);
        try {
          return fold(row, event);
        } catch {
          throw cannotFold(`folding event ${type} at position ${String(event.position)} fails`);
        }
      },
    ]),
  ),
});

const cannotFold = (what: string): Refusal =>
  new Refusal('ROW_CANNOT_BE_FOLDED', `The row cannot be folded: ${what}.`, 'unavailable');
