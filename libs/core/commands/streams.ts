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

/** A command that a stream has events of, as a retry must find it. */
export interface KnownCommand {
  readonly hash: string;
  readonly revision: number;
  readonly position: Position;
  readonly events: readonly string[];
}

/** A thing as its stream leaves it. */
export interface Loaded {
  readonly state: never;
  /** Its last event's revision, or 'none'. */
  readonly revision: number | 'none';
  readonly position: Position;
  readonly commands: ReadonlyMap<string, KnownCommand>;
}

/** Which of a stream's events to fold, in their order. */
export type Select = (events: readonly RecordedEvent[]) => readonly RecordedEvent[];

/** Streams kept folded, so that a command reads only what was recorded since. */
export class Streams {
  private readonly cache: LRUCache<string, Loaded>;

  constructor(
    private readonly events: EventStore,
    /** Events whose effect may be kept in memory. */
    capacity = 20_000,
  ) {
    const sizeCalculation = ({ revision }: Loaded): number => (revision === 'none' ? 1 : revision + 1);
    this.cache = new LRUCache({ maxSize: capacity, sizeCalculation });
  }

  /** The thing as it is now, other processes' events included. */
  async load(module: Module, id: string): Promise<Loaded> {
    const stream = streamName(module.name, id);
    for (;;) {
      const kept = this.cache.get(stream);
      const known = kept ?? empty(module);
      const from = known.revision === 'none' ? 0 : known.revision + 1;
      const events = await this.events.readStream(stream, { from });
      // Forgotten meanwhile, or read further by another: what was read does not follow on it.
      if (this.cache.get(stream) !== kept) continue;
      if (events.length === 0) return known;
      const loaded = folded(module, known, events);
      this.cache.set(stream, loaded);
      return loaded;
    }
  }

  /** Forget all things: what is known of them may hold what is to be known no more. */
  forget(): void {
    this.cache.clear();
  }

  /** The thing as some of its events leave it. */
  async replay(module: Module, id: string, select: Select): Promise<Loaded> {
    const events = await this.events.readStream(streamName(module.name, id));
    return folded(module, empty(module), select(events));
  }

  /** The thing as a command found it: before the first event of that command. */
  loadBefore(module: Module, id: string, command: string): Promise<Loaded> {
    return this.replay(module, id, (events) => {
      const first = events.findIndex(({ metadata }) => metadata.command.id === command);
      return first === -1 ? events : events.slice(0, first);
    });
  }

  /** Keep a thing as a command has just left it, unless what it began from was forgotten meanwhile. */
  keep(
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
    const { id, hash } = event.metadata.command;
    const earlier = commands.get(id)?.events ?? [];
    commands.set(id, { hash, revision, position, events: [...earlier, event.type] });
  }
  return { state, revision, position, commands };
}
