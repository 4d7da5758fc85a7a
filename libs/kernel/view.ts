import type { RecordedEvent } from './event';
import type { RowSet } from './row-store';

/** What one event does to one row: the row as it is from now on, or null to delete it. */
export type RowFold<Row, Event> = (row: Row | null, event: Event) => Row | null;

/** A view: rows that events are folded into, described without saying where they are kept. */
export interface View<Row extends object = object> extends RowSet {
  /** Which row an event is folded into. */
  readonly key: (event: RecordedEvent) => string;
  readonly on: ReadonlyMap<string, RowFold<Row, RecordedEvent<string, never>>>;
}

interface Definition<Events, Row> extends RowSet {
  /** Which row an event is folded into; its stream's id if left out. */
  readonly key?: (event: RecordedEvent) => string;
  readonly on: {
    readonly [Type in keyof Events & string]?: RowFold<Row, RecordedEvent<Type, Events[Type]>>;
  };
}

/** Define views over the events of a domain: one that folds an event nobody records does not compile. */
export const viewsOf =
  <Events>() =>
  <Row extends object>({ key = ownStream, on, ...set }: Definition<Events, Row>): View<Row> => ({
    ...set,
    key,
    on: new Map(Object.entries(on)) as unknown as View<Row>['on'],
  });

const ownStream = ({ stream }: RecordedEvent): string => stream.slice(stream.indexOf('-') + 1);
