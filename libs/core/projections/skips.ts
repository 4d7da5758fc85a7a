import {
  defineModule,
  event,
  type EventStore,
  type Module,
  type RecordedEvent,
  refuse,
  slices,
  START,
  storedName,
  type View,
} from '@waymark/core/kernel';

export interface SkipEvents {
  /** A person decided that a version of a view skips an event that it cannot fold. */
  EventSkipped: {
    /** The event's id, which stays the same in a copy of the log. */
    event: string;
    /** The stored name of the view. */
    view: string;
    version: number;
    reason: string;
  };
}

interface Skipped {
  readonly events: readonly string[];
}

/** Skip an event in one version of a view. */
export class SkipEvent {
  event!: string;
  version!: number;
  reason!: string;
}

const name = (event: string, version: number): string => `${event} ${String(version)}`;

const skip = slices<Skipped>();

/** The skips of each view. They are recorded in the log, because a rebuild must skip the same events. */
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
            if (reason.trim() === '')
              refuse('REASON_MISSING', 'Give a reason for skipping the event.', 'invalid');
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

/** The recorded skips of all views. */
export class Skips {
  private readonly known = new Set<string>();
  private after = START;
  private loading: Promise<void> | undefined;

  constructor(private readonly events: EventStore) {}

  has(view: Pick<View, 'name' | 'formerly' | 'version'>, { id }: RecordedEvent): boolean {
    return this.known.size > 0 && this.known.has(`${storedName(view)} ${name(id, view.version)}`);
  }

  /** Read the skips recorded so far, unless already done. */
  load(): Promise<void> {
    return (this.loading ??= this.read().catch((error: unknown) => {
      this.loading = undefined;
      throw error;
    }));
  }

  /** Read the skips recorded since the last read. */
  refresh(): Promise<void> {
    this.loading = undefined;
    return this.load();
  }

  /** Register skips among newly read events. */
  register(events: readonly RecordedEvent[]): void {
    for (const event of events) {
      // Do not access the data of other events: it may fail to upcast.
      if (!TYPES.has(event.type)) continue;
      const { view, event: id, version } = event.data as SkipEvents['EventSkipped'];
      this.known.add(`${view} ${name(id, version)}`);
    }
  }

  private async read(): Promise<void> {
    for (;;) {
      const { events, through } = await this.events.readAll(this.after, PAGE, TYPES);
      this.register(events);
      this.after = through;
      if (events.length < PAGE) return;
    }
  }
}
