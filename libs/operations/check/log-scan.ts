import { type EventStore, type Position, type RecordedEvent, START } from '@waymark/core/kernel';
import { isInClear, unknownReason } from '@waymark/core/log';
import { personal } from '@waymark/platform';

const PAGE = 5_000;

/** Events of one type that were recorded with one schema. */
export interface EventKind {
  readonly type: string;
  readonly schema: number;
  readonly events: number;
  /** Why this version of the program cannot take them: what it said of the first. */
  readonly trouble?: { readonly code: 'UNKNOWN_EVENT' | 'UPCAST_FAILS'; readonly message: string };
}

/** What a log holds. */
export interface LogScan {
  readonly events: number;
  /** How many of them have personal fields in clear, since they were recorded before these were sealed. */
  readonly inClear: number;
  /** How long it took to read them. */
  readonly seconds: number;
  /** In the order in which they first were recorded. */
  readonly kinds: readonly EventKind[];
}

/** How far a reading of the log is. */
export interface ReadingProgress {
  readonly events: number;
  readonly position: Position;
  readonly head: Position;
}

export type OnReading = (progress: ReadingProgress) => void;

/** Read a log through for what this version of the program does not know, or cannot bring to its own schemas. */
export async function scanLog(
  log: EventStore,
  schemas: ReadonlyMap<string, number>,
  onReading: OnReading = () => undefined,
): Promise<LogScan> {
  const [head, began] = [await log.head(), performance.now()];
  const kinds = new Map<string, EventKind>();
  let [events, inClear] = [0, 0];
  for (let position = START; position < head;) {
    const page = await log.readAll(position, PAGE);
    for (const event of page.events) {
      const { type, metadata } = event;
      const name = `${type} ${String(metadata.schema)}`;
      const known = kinds.get(name) ?? { type, schema: metadata.schema, events: 0 };
      const trouble = known.trouble ?? troubleWith(event, schemas);
      if (!trouble && isInClear(event, personal)) inClear += 1;
      kinds.set(name, { ...known, events: known.events + 1, ...(trouble && { trouble }) });
    }
    events += page.events.length;
    position = page.through;
    onReading({ events, position, head });
  }
  return { events, inClear, seconds: (performance.now() - began) / 1_000, kinds: [...kinds.values()] };
}

function troubleWith(event: RecordedEvent, schemas: ReadonlyMap<string, number>): EventKind['trouble'] {
  const unknown = unknownReason(event, schemas);
  if (unknown !== undefined) return { code: 'UNKNOWN_EVENT', message: unknown };
  try {
    // Where they cannot be led up to the current schema, to look at them says so.
    look(event);
    return undefined;
  } catch (error) {
    return { code: 'UPCAST_FAILS', message: error instanceof Error ? error.message : String(error) };
  }
}

const look = ({ data }: RecordedEvent): object => data;
