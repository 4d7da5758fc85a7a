import {
  defineModule,
  event,
  type EventStore,
  type Module,
  type RecordedEvent,
  refuse,
  slices,
  START,
  type View,
} from '@waymark/core/kernel';

export interface SkipEvents {
  /** Somebody decided that a view's version goes on without an event that it cannot fold. */
  EventSkipped: {
    /** The event's id, which a copy of the log keeps. */
    event: string;
    view: string;
    version: number;
    reason: string;
  };
}

interface Skipped {
  readonly events: readonly string[];
}

/** Leave an event out of a version of a view. */
export class SkipEvent {
  event!: string;
  version!: number;
  reason!: string;
}

const name = (event: string, version: number): string => `${event} ${String(version)}`;

const skip = slices<Skipped>();

/** What was decided about each view: kept in the log, for a rebuild must leave out the same. */
export const projections = defineModule(
  {
    name: 'projection',
    plural: 'projections',
    id: { pattern: /^[a-z-]+$/, description: 'the name of a view', example: 'caseloads' },
    initial: { events: [] } as Skipped,
    facts: ({ events }: Skipped) => (events.length === 0 ? undefined : { events }),
  },
  [
    skip.slice<SkipEvents>({
      decide: {
        SkipEvent: skip.on(
          SkipEvent,
          ({ event: id, version, reason }, { events }, { id: view, today }) => {
            if (reason.trim() === '') refuse('REASON_MISSING', 'Say why the event is left out.', 'invalid');
            return events.includes(name(id, version))
              ? []
              : [event('EventSkipped', today, { event: id, view, version, reason })];
          },
          { by: 'service', creates: true },
        ),
      },
      evolve: {
        EventSkipped: (state, { event: id, version }) => ({ events: [...state.events, name(id, version)] }),
      },
    }),
  ],
) as Module;

const TYPES: ReadonlySet<string> = new Set(projections.folds.keys());
const PAGE = 1_000;

/** Events that are left out of views, as the log has it. */
export class Skips {
  private readonly known = new Set<string>();
  private after = START;
  private loading: Promise<void> | undefined;

  constructor(private readonly events: EventStore) {}

  has({ name: view, version }: Pick<View, 'name' | 'version'>, { id }: RecordedEvent): boolean {
    return this.known.size > 0 && this.known.has(`${view} ${name(id, version)}`);
  }

  /** Read what was decided up to now, if that was not done yet. */
  load(): Promise<void> {
    return (this.loading ??= this.read().catch((error: unknown) => {
      this.loading = undefined;
      throw error;
    }));
  }

  /** Read what was decided since it was last read. */
  refresh(): Promise<void> {
    this.loading = undefined;
    return this.load();
  }

  /** Take note of what was decided since. */
  see(events: readonly RecordedEvent[]): void {
    for (const event of events) {
      // Nothing of other events is looked at, which may have data that cannot be brought to their current schema.
      if (!TYPES.has(event.type)) continue;
      const { view, event: id, version } = event.data as SkipEvents['EventSkipped'];
      this.known.add(`${view} ${name(id, version)}`);
    }
  }

  private async read(): Promise<void> {
    for (;;) {
      const { events, through } = await this.events.readAll(this.after, PAGE, TYPES);
      this.see(events);
      this.after = through;
      if (events.length < PAGE) return;
    }
  }
}
