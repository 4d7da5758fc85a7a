import { foldEvent, type RecordedEvent, streamName, type View } from '@waymark/core/kernel';
import type { DomainEvents } from '@waymark/modules/domain';
import { newEvent } from './events';
import type { event } from './spec';

/** An event, with the day it is about, as made by `event` of ./spec. */
export type Happened = ReturnType<typeof event>;

/** The stream and metadata with which events are recorded. */
interface Recording {
  /** The stream's category and id. */
  readonly stream: readonly [category: string, id: string];
  readonly subject?: string | undefined;
  readonly recordedAt: string;
  readonly actor: string;
}

const usual = { recordedAt: '2026-02-15T09:00:00.000Z', actor: 'tester' };

type Rows<Row> = ReadonlyMap<string, Row>;

/**
 * Describe a view: given events, it has certain rows. The last test of the block fails if one of the view's folds has not
 * changed a row in any of the other tests.
 */
export function describeView<Row extends object>(
  view: View<Row>,
  recording: Pick<Recording, 'stream'> & Partial<Recording>,
  specify: (spec: ViewSpec<Row>) => void,
): void {
  const exercised = new Set<string>();
  describe(`the view ${view.name}`, () => {
    specify(viewSpec(view, recording, exercised));

    it('has a test for each of its folds', () => {
      expect([...view.on.keys()].filter((type) => !exercised.has(type))).toEqual([]);
    });
  });
}

/** Given events, a view has certain rows. The types of events that changed a row are added to `exercised`. */
export const viewSpec = <Row extends object>(
  view: View<Row>,
  recording: Pick<Recording, 'stream'> & Partial<Recording>,
  exercised = new Set<string>(),
): ViewSpec<Row> => new ViewSpec(view, { ...usual, ...recording }, new Set(), exercised, []);

class ViewSpec<Row extends object> {
  constructor(
    private readonly view: View<Row>,
    private readonly recording: Recording,
    private readonly ignored: ReadonlySet<string>,
    private readonly exercised: Set<string>,
    private readonly log: readonly RecordedEvent[],
  ) {}

  /** Change the stream or metadata of the next events. Values that are left out stay the same. */
  in(recording: Partial<Recording>): ViewSpec<Row> {
    return this.with({ recording: { ...this.recording, ...recording } });
  }

  /** Allow types of events for which the view has no fold. */
  ignoring(...types: readonly (keyof DomainEvents)[]): ViewSpec<Row> {
    const used = types.filter((type) => this.view.on.has(type));
    if (used.length > 0) throw new Error(`the view ${this.view.name} has folds for ${used.join(', ')}`);
    return this.with({ ignored: new Set([...this.ignored, ...types]) });
  }

  given(...events: readonly Happened[]): ViewSpec<Row> {
    const recorded = events.map((each, index) => this.recorded(each, this.log.length + index));
    return this.with({ log: [...this.log, ...recorded] });
  }

  /** The row with a key; undefined if there is none. */
  row(key: string): Row | undefined {
    return this.rows().get(key);
  }

  /**
   * The rows by key. Checks that the rows are the same if they are stored as JSON between events, as in a store, or kept in
   * memory, as in a projector, and that folds change neither rows nor events in place.
   */
  rows(): Rows<Row> {
    const kept = this.folded(this.log, asKept);
    const held = this.folded(this.log, frozen);
    expect(new Map([...held].map(([key, row]) => [key, asKept(row)]))).toStrictEqual(kept);
    return kept;
  }

  private folded(events: readonly RecordedEvent[], after: (row: Row) => Row): Rows<Row> {
    const rows = new Map<string, Row>();
    for (const each of events) {
      if (this.ignored.has(each.type)) continue;
      const key = this.view.key(each);
      const before = rows.get(key) ?? null;
      const row = foldEvent(this.view, before, each);
      if (JSON.stringify(row) !== JSON.stringify(before)) this.exercised.add(each.type);
      if (row) rows.set(key, after(row));
      else rows.delete(key);
    }
    return rows;
  }

  private recorded({ type, data, on }: Happened, index: number): RecordedEvent {
    const { stream, subject, recordedAt, actor } = this.recording;
    const name = streamName(...stream);
    return frozen({
      ...newEvent(type, data, { on, recordedAt, actor, ...(subject === undefined ? {} : { subject }) }),
      stream: name,
      revision: this.log.filter((before) => before.stream === name).length + index - this.log.length,
      position: index,
    });
  }

  private with(changed: {
    readonly recording?: Recording;
    readonly ignored?: ReadonlySet<string>;
    readonly log?: readonly RecordedEvent[];
  }): ViewSpec<Row> {
    const { recording = this.recording, ignored = this.ignored, log = this.log } = changed;
    return new ViewSpec(this.view, recording, ignored, this.exercised, log);
  }
}

const asKept = <Row>(row: Row): Row => frozen(JSON.parse(JSON.stringify(row)) as Row);

/** The same value, deeply frozen. */
export function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}
