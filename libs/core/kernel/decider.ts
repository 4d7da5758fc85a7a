import type { Rights } from './access';
import type { EventMetadata } from './event';

/** A class whose instances are commands; its decorators say what a valid one is. */
export type CommandClass<Command extends object = object> = new () => Command;

/** An event that a decision asks to be recorded, of a table from type to payload. */
export type Decided<Events> = {
  [Type in keyof Events & string]: { readonly type: Type; readonly data: Events[Type]; readonly on: string };
}[keyof Events & string];

/** Ask for an event to be recorded, about the day `on`. */
export const event = <const Type extends string, Data extends object>(
  type: Type,
  on: string,
  data: Data,
): { readonly type: Type; readonly data: Data; readonly on: string } => ({ type, data, on });

/** Everything a decision may depend on besides the command and the state: so that it can be replayed. */
export interface Context<Facts = unknown> {
  /** Id of the thing the command is sent to. */
  readonly id: string;
  /** The present moment, UTC with milliseconds. */
  readonly now: string;
  /** The present day. */
  readonly today: string;
  readonly actor: string;
  /** A new id; the same for the same command and label, however often it is decided. */
  readonly newId: (label: string) => string;
  /** What the command needs to know of other things, by the names in its `needs`. */
  readonly facts: Facts;
}

/**
 * What a command needs to know of another thing: which module's, and how that thing's id is found from the
 * command, the state, and the id of the thing the command is sent to.
 */
export type Need<Command, State> = readonly [
  module: string,
  idOf: (command: Command, state: State, id: string) => string,
];

/** A value that may belong to one stream only, such as a UPN. */
export interface Claim {
  readonly kind: string;
  readonly value: string;
  /** The refusal where another holds it. */
  readonly taken: { readonly code: string; readonly message: string };
}

/** Who may send a command: persons by the rights of their roles, or the service alone (policies, jobs, other commands). */
export type Senders = Rights | 'service';

/**
 * A command that ends what is done with a person's data is carried out though the processing is restricted or objected to;
 * what an erasure itself sends, though the person was erased.
 */
export type Though = 'restricted' | 'erased';

/** How one command is decided. */
export interface Handler<State = never, Events = unknown> {
  readonly command: CommandClass;
  readonly by: Senders;
  readonly though?: Though | undefined;
  /** The name it had before it was renamed. */
  readonly formerly?: string | undefined;
  /** May be sent to a thing that has no history yet. */
  readonly creates: boolean;
  readonly needs: Readonly<Record<string, Need<never, State>>>;
  readonly claims: (command: never, state: State) => readonly Claim[];
  readonly decide: (command: never, state: State, context: Context<never>) => readonly Decided<Events>[];
}

/**
 * Leads what an event says from one schema version to the next: a pure function of the data, which it leaves as they
 * are, and of what else is known of the event. Personal fields may be missing from the data.
 */
export type Upcaster<To = object> = (data: never, metadata: EventMetadata) => To;

/**
 * A slice of a module: some of its commands and the events they lead to (and, in `Emits`, events of the
 * module's other slices that its decisions record too). An event's name stands once, in `evolve`; a command's
 * once, in `decide`.
 */
export interface Slice<State, Events, Emits = Events> {
  readonly decide: Readonly<Record<string, Handler<State, Emits>>>;
  readonly evolve: {
    readonly [Type in keyof Events]: (state: State, data: Events[Type], on: string) => State;
  };
  /**
   * Fields that are personal data of the event's subject, of every schema that the event has had. They are kept sealed:
   * folds and upcasters may be given events without them, of people who have been erased; views always are.
   */
  readonly personal?: { readonly [Type in keyof Events]?: readonly (keyof Events[Type] & string)[] };
  /**
   * The way from older schemas of an event to the current one, which `evolve` takes: the first leads from schema 1 to
   * 2, the next from 2 to 3. The current schema is one more than there are upcasters. None is ever changed or taken
   * away, nor an event's name; and an event that is no longer recorded keeps its fold, for logs still hold it.
   */
  readonly upcast?: { readonly [Type in keyof Events]?: readonly [...Upcaster[], Upcaster<Events[Type]>] };
}

/** A slice as a module takes it: its types left behind, but for what a compiler still needs of them. */
export interface AnySlice<State = unknown, Events = unknown> {
  readonly decide: Readonly<Record<string, Handler>>;
  readonly evolve: Readonly<Record<string, (state: never, data: never, on: string) => unknown>>;
  readonly personal?: Readonly<Record<string, readonly string[]>>;
  readonly upcast?: Readonly<Record<string, readonly Upcaster[]>>;
  /** Never there: only carries the types. */
  readonly types?: { readonly state: State; readonly events: Events };
}

interface Options<Command, State, Facts> {
  /** Who may send it. */
  readonly by: Senders;
  /** Carried out though the person it is about is restricted or objects, or was erased; refused then, if left out. */
  readonly though?: Though;
  /**
   * The name that the command had before it was renamed, such as `MissSession`. The old route keeps answering, as
   * deprecated, and a retry is recognised under either name.
   */
  readonly formerly?: string;
  /** May be sent to a thing that has no history yet; any other command to such a thing is refused as `UNKNOWN_…`. */
  readonly creates?: boolean;
  /** Other things the decision needs to know of; one that does not exist is refused as `UNKNOWN_…`. */
  readonly needs?: { readonly [Name in keyof Facts]: Need<Command, State> };
  /** Values that must be this stream's own from now on. */
  readonly claims?: (command: Command, state: State) => readonly Claim[];
}

/**
 * Tools to write a slice with, for a module's state.
 *
 * `on` ties a command's class to its decision; `slice` checks that every event has a fold and every decision
 * records only the module's events.
 */
export function slices<State>() {
  return {
    on: <Emits, Command extends object, Facts = unknown>(
      command: CommandClass<Command>,
      decide: (command: Command, state: State, context: Context<Facts>) => readonly Decided<Emits>[],
      options: Options<Command, State, Facts>,
    ): Handler<State, Emits> => ({
      command,
      by: options.by,
      though: options.though,
      formerly: options.formerly,
      creates: options.creates ?? false,
      needs: (options.needs ?? {}) as Handler<State, Emits>['needs'],
      claims: (options.claims ?? none) as Handler<State, Emits>['claims'],
      decide: decide as Handler<State, Emits>['decide'],
    }),
    slice: <Events, Emits = Events>(definition: Slice<State, Events, Emits>): AnySlice<State, Events> =>
      definition as unknown as AnySlice<State, Events>,
  };
}

const none = (): readonly Claim[] => [];
