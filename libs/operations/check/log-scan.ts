import { type EventStore, type Position, type RecordedEvent, START } from '@waymark/core/kernel';
import { isInClear, isSealedHash, unknownReason } from '@waymark/core/log';
import { personalFields } from '@waymark/platform';

const PAGE = 5_000;

/** The events of one type and schema version. */
export interface EventKind {
  readonly type: string;
  readonly schema: number;
  readonly events: number;
  /** Why this release cannot read them; the message is about the first one. */
  readonly trouble?: { readonly code: 'UNKNOWN_EVENT' | 'UPCAST_FAILS'; readonly message: string };
}

/** Contents of a log. */
export interface LogScan {
  readonly events: number;
  /** Events with unencrypted personal fields: they were recorded before these fields were encrypted. */
  readonly unencrypted: number;
  /** Events about a person whose command's hash is not sealed with the person's key. */
  readonly unsealed: number;
  /** Seconds it took to read the log. */
  readonly seconds: number;
  /** In the order in which they first occur. */
  readonly kinds: readonly EventKind[];
}

/** Progress of a pass over the log. */
export interface ReadingProgress {
  readonly events: number;
  readonly position: Position;
  readonly head: Position;
}

export type OnReading = (progress: ReadingProgress) => void;

/** Read the whole log, and find events that this release does not know or cannot upcast. */
export async function scanLog(
  log: EventStore,
  schemas: ReadonlyMap<string, number>,
  onReading: OnReading = () => undefined,
): Promise<LogScan> {
  const [head, began] = [await log.head(), performance.now()];
  const kinds = new Map<string, EventKind>();
  let [events, unencrypted, unsealed] = [0, 0, 0];
  for (let position = START; position < head;) {
    const page = await log.readAll(position, PAGE);
    for (const event of page.events) {
      const { type, metadata } = event;
      const name = `${type} ${String(metadata.schema)}`;
      const known = kinds.get(name) ?? { type, schema: metadata.schema, events: 0 };
      const trouble = known.trouble ?? findTrouble(event, schemas);
      if (!trouble && isInClear(event, personalFields)) unencrypted += 1;
      if (metadata.subject !== undefined && !isSealedHash(metadata.command.hash)) unsealed += 1;
      kinds.set(name, { ...known, events: known.events + 1, ...(trouble && { trouble }) });
    }
    events += page.events.length;
    position = page.through;
    onReading({ events, position, head });
  }
  return {
    events,
    unencrypted,
    unsealed,
    seconds: (performance.now() - began) / 1_000,
    kinds: [...kinds.values()],
  };
}

function findTrouble(event: RecordedEvent, schemas: ReadonlyMap<string, number>): EventKind['trouble'] {
  const unknown = unknownReason(event, schemas);
  if (unknown !== undefined) return { code: 'UNKNOWN_EVENT', message: unknown };
  try {
    // Events are upcast when their data are read, so reading them throws if upcasting fails.
    readData(event);
    return undefined;
  } catch (error) {
    return { code: 'UPCAST_FAILS', message: error instanceof Error ? error.message : String(error) };
  }
}

const readData = ({ data }: RecordedEvent): object => data;
