import type { RecordedEvent } from './event';
import type { RowSet } from './row-store';

/** What one event does to one row: the row as it is from now on, or null to delete it. */
export type RowFold<Row, Event> = (row: Row | null, event: Event) => Row | null;

/** An earlier version of a view that this code can still keep, and whose rows it can still answer from. */
export interface FormerView<Row extends object = object> {
  readonly view: View;
  /** A row of the earlier version as the present one has it. */
  readonly read: (row: object) => Row;
}

/** A view: rows that events are folded into, described without saying where they are kept. */
export interface View<Row extends object = object> extends RowSet {
  /** Which row an event is folded into. */
  readonly key: (event: RecordedEvent) => string;
  readonly on: ReadonlyMap<string, RowFold<Row, RecordedEvent<string, never>>>;
  /** Earlier versions that serve until this one is built. Without them, queries wait for the rebuild. */
  readonly former: readonly FormerView<Row>[];
}

interface Definition<Events, Row extends object> extends RowSet {
  /** Which row an event is folded into; its stream's id if left out. */
  readonly key?: (event: RecordedEvent) => string;
  readonly on: {
    readonly [Type in keyof Events & string]?: RowFold<Row, RecordedEvent<Type, Events[Type]>>;
  };
  readonly former?: readonly FormerView<Row>[];
}

/** Define views over the events of a domain: one that folds an event nobody records does not compile. */
export const viewsOf =
  <Events>() =>
  <Row extends object>({ key = ownStream, on, former = [], ...set }: Definition<Events, Row>): View<Row> => ({
    ...set,
    key,
    on: new Map(Object.entries(on)) as unknown as View<Row>['on'],
    former,
  });

const ownStream = ({ stream }: RecordedEvent): string => stream.slice(stream.indexOf('-') + 1);

/** What an event makes of its row in a view. Throws what the fold throws, and where the view has none for the event. */
export function foldEvent<Row extends object>(
  { name, on }: View<Row>,
  row: Row | null,
  event: RecordedEvent,
): Row | null {
  const fold = on.get(event.type);
  if (!fold) throw new Error(`view ${name} has no fold for ${event.type}`);
  return fold(row, event as RecordedEvent<string, never>);
}
