import { LRUCache } from 'lru-cache';
import {
  type EventStore,
  type Module,
  type Position,
  type RecordedEvent,
  streamName,
  Undecidable,
  undecidable,
} from '@waymark/core/kernel';
import { unknownReason } from '@waymark/core/log';

/** A command that already has events in a stream; used to answer its retries. */
export interface KnownCommand {
  /** The recorded hash of its body, sealed if the command is about a person. */
  readonly hash: string;
  /** The person whom it is about. */
  readonly subject?: string;
  readonly revision: number;
  readonly position: Position;
  readonly events: readonly string[];
}

/** The state of a stream after its last event. */
export interface Loaded {
  readonly state: never;
  /** Revision of the last event, or 'none'. */
  readonly revision: number | 'none';
  readonly position: Position;
  readonly commands: ReadonlyMap<string, KnownCommand>;
}

/** Selects the events to fold, in order. */
export type Select = (events: readonly RecordedEvent[]) => readonly RecordedEvent[];

/** Cache of folded streams: loading a cached stream reads only the events recorded since. */
export class Streams {
  private readonly cache: LRUCache<string, Loaded>;

  constructor(
    private readonly events: EventStore,
    /** Cache size: the total number of events whose folded state is kept. */
    capacity = 20_000,
  ) {
    const sizeCalculation = ({ revision }: Loaded): number => (revision === 'none' ? 1 : revision + 1);
    this.cache = new LRUCache({ maxSize: capacity, sizeCalculation });
  }

  /** The current state, including events written by other processes. */
  async load(module: Module, id: string): Promise<Loaded> {
    const stream = streamName(module.name, id);
    for (;;) {
      const kept = this.cache.get(stream);
      const known = kept ?? empty(module);
      const from = known.revision === 'none' ? 0 : known.revision + 1;
      const events = await this.events.readStream(stream, { from });
      // The entry was evicted or advanced by a concurrent load, so these events do not follow on it.
      if (this.cache.get(stream) !== kept) continue;
      if (events.length === 0) return known;
      const loaded = folded(module, known, events);
      this.cache.set(stream, loaded);
      return loaded;
    }
  }

  /** Clear the cache: cached states may hold personal data that has since been erased. */
  forget(): void {
    this.cache.clear();
  }

  /** The state after folding only the selected events. */
  async replay(module: Module, id: string, select: Select): Promise<Loaded> {
    const events = await this.events.readStream(streamName(module.name, id));
    return folded(module, empty(module), select(events));
  }

  /** The state before a command's first event, as the command found it. */
  loadBefore(module: Module, id: string, command: string): Promise<Loaded> {
    return this.replay(module, id, (events) => {
      const first = events.findIndex(({ metadata }) => metadata.command.id === command);
      return first === -1 ? events : events.slice(0, first);
    });
  }

  /**
   * Cache the state after a command, unless the entry it started from has changed or been evicted meanwhile.
   */
  remember(
    stream: string,
    before: Loaded,
    after: { readonly state: never; readonly revision: number; readonly position: Position },
    id: string,
    command: KnownCommand,
  ): void {
    if (before.revision !== 'none' && this.cache.get(stream) !== before) return;
    this.cache.set(stream, { ...after, commands: new Map(before.commands).set(id, command) });
  }
}

const empty = (module: Module): Loaded => ({
  state: module.initial,
  revision: 'none',
  position: -1,
  commands: new Map(),
});

function folded(module: Module, from: Loaded, events: readonly RecordedEvent[]): Loaded {
  let { state, revision, position } = from;
  const commands = new Map(from.commands);
  for (const event of events) {
    const fold = module.folds.get(event.type);
    const unknown = unknownReason(event, module.schema);
    if (!fold || unknown !== undefined) throw new Undecidable(module.name, unknown ?? event.type);
    state = undecidable(event.type, () => fold(state, event.data as never, event.metadata.on) as never);
    ({ revision, position } = event);
    const { command, subject } = event.metadata;
    const { id, hash } = command;
    const earlier = commands.get(id)?.events ?? [];
    const known = { hash, revision, position, events: [...earlier, event.type] };
    commands.set(id, subject === undefined ? known : { ...known, subject });
  }
  return { state, revision, position, commands };
}
