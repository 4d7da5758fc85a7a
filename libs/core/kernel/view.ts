import type { RecordedEvent } from './event';
import type { RowSet } from './row-store';

/** Applies one event to one row: returns the new row, or null to delete it. */
export type RowFold<Row, Event> = (row: Row | null, event: Event) => Row | null;

/** An earlier version of a view that this code can still project and read. */
export interface FormerView<Row extends object = object> {
  readonly view: View;
  /** Converts a row of the earlier version to the current one. */
  readonly read: (row: object) => Row;
}

/** A view: defines how events are folded into rows, independent of where the rows are stored. */
export interface View<Row extends object = object> extends RowSet {
  /** The key of the row that an event is folded into. */
  readonly key: (event: RecordedEvent) => string;
  readonly on: ReadonlyMap<string, RowFold<Row, RecordedEvent<string, never>>>;
  /** Earlier versions that serve until this version is built. Without them, queries wait for the rebuild. */
  readonly former: readonly FormerView<Row>[];
}

interface Definition<Events, Row extends object> extends RowSet {
  /** The key of the row that an event is folded into; the id of its stream if left out. */
  readonly key?: (event: RecordedEvent) => string;
  readonly on: {
    readonly [Type in keyof Events & string]?: RowFold<Row, RecordedEvent<Type, Events[Type]>>;
  };
  readonly former?: readonly FormerView<Row>[];
}

/** Define views over the events of a domain. A view that folds an undeclared event does not compile. */
export const viewsOf =
  <Events>() =>
  <Row extends object>({ key = ownStream, on, former = [], ...set }: Definition<Events, Row>): View<Row> => ({
    ...set,
    key,
    on: new Map(Object.entries(on)) as unknown as View<Row>['on'],
    former,
  });

const ownStream = ({ stream }: RecordedEvent): string => stream.slice(stream.indexOf('-') + 1);

/** The row after one event. Throws if the view has no fold for the event's type, or if the fold throws. */
export function foldEvent<Row extends object>(
  { name, on }: View<Row>,
  row: Row | null,
  event: RecordedEvent,
): Row | null {
  const fold = on.get(event.type);
  if (!fold) throw new Error(`view ${name} has no fold for ${event.type}`);
  return fold(row, event as RecordedEvent<string, never>);
}
