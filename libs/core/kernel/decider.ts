import type { Rights } from './access';
import type { EventMetadata } from './event';
import type { PlacesOf } from './lookup';

/** The class of a command. Its decorators validate the fields. */
export type CommandClass<Command extends object = object> = new () => Command;

/** An event to record. `Events` maps each event type to its data. */
export type Decided<Events> = {
  [Type in keyof Events & string]: { readonly type: Type; readonly data: Events[Type]; readonly on: string };
}[keyof Events & string];

/** Builds an event to record. `on` is the day that the event is about. */
export const event = <const Type extends string, Data extends object>(
  type: Type,
  on: string,
  data: Data,
): { readonly type: Type; readonly data: Data; readonly on: string } => ({ type, data, on });

/** The input of a decision besides the command and the state. */
export interface Context<Facts = unknown> {
  /** The id of the target of the command. */
  readonly id: string;
  /** The current time in UTC, with milliseconds. */
  readonly now: string;
  /** The current day, `YYYY-MM-DD`. */
  readonly today: string;
  readonly actor: string;
  /** Returns a new id. The same command and label always give the same id. */
  readonly newId: (label: string) => string;
  /** The id of a value in the module `claims`. It does not reveal the value. */
  readonly claimIdOf: (kind: string, value: string) => string;
  /** The facts of other things, by the names in `needs`. */
  readonly facts: Facts;
}

/**
 * Another thing whose facts a command needs: its module, and a function that returns its id from the command, the state, and
 * the id of the thing that the command is sent to. The function returns undefined if the facts are not needed.
 */
export type Need<Command, State> = readonly [
  module: string,
  idOf: (command: Command, state: State, id: string) => string | undefined,
];

/** A value that only one stream may hold, such as a UPN. */
export interface Claim {
  readonly kind: string;
  readonly value: string;
  /** The refusal if another stream holds the value. */
  readonly taken: { readonly code: string; readonly message: string };
}

/** The senders of a command: roles with their rights, or only the service itself (policies and jobs). */
export type Senders = Rights | 'service';

/**
 * What does not stop a command about a person. `restriction`: it ends the processing, so it is accepted although the person's
 * processing is restricted or the person objects. `erasure`: an erasure sends it, so it is accepted although the person is
 * erased.
 */
export type Despite = 'restriction' | 'erasure';

/** A command and its decision. */
export interface Handler<State = never, Events = unknown> {
  readonly command: CommandClass;
  readonly by: Senders;
  readonly despite?: Despite | undefined;
  /** The command's name before it was renamed. */
  readonly formerly?: string | undefined;
  /** The command may be sent to a thing that has no events yet. */
  readonly creates: boolean;
  readonly needs: Readonly<Record<string, Need<never, State>>>;
  /** The places that the sender must reach. Left out, they are the scopes of the target. */
  readonly places?: PlacesOf<never, State> | undefined;
  readonly claims: (command: never, state: State) => readonly Claim[];
  readonly decide: (command: never, state: State, context: Context<never>) => readonly Decided<Events>[];
}

/**
 * Converts an event's data from one schema version to the next. It is a pure function of the data and the metadata and does
 * not change its arguments. Personal fields may be missing from the data.
 */
export type Upcaster<To = object> = (data: never, metadata: EventMetadata) => To;

/**
 * A slice of a module: some commands and the events that they record. `Emits` also contains events of other slices that its
 * decisions record. Each event name is written once, in `evolve`, and each command name once, in `decide`.
 */
export interface Slice<State, Events, Emits = Events> {
  readonly decide: Readonly<Record<string, Handler<State, Emits>>>;
  readonly evolve: {
    readonly [Type in keyof Events]: (state: State, data: Events[Type], on: string) => State;
  };
  /**
   * Fields that are personal data of the event's subject, in any schema version of the event. They are stored encrypted. Events
   * of erased persons lack them in folds and upcasters; views never see them.
   */
  readonly personal?: { readonly [Type in keyof Events]?: readonly (keyof Events[Type] & string)[] };
  /**
   * Upcasters by event: the first converts schema 1 to 2, the next 2 to 3. `evolve` takes the current schema, whose version is
   * one more than the number of upcasters. Never change or remove an upcaster or the name of an event. An event that is no
   * longer recorded keeps its fold, because logs still contain it.
   */
  readonly upcast?: { readonly [Type in keyof Events]?: readonly [...Upcaster[], Upcaster<Events[Type]>] };
}

/** A slice without the types that a module does not need. */
export interface AnySlice<State = unknown, Events = unknown> {
  readonly decide: Readonly<Record<string, Handler>>;
  readonly evolve: Readonly<Record<string, (state: never, data: never, on: string) => unknown>>;
  readonly personal?: Readonly<Record<string, readonly string[]>>;
  readonly upcast?: Readonly<Record<string, readonly Upcaster[]>>;
  /** Carries the types. Absent at run time. */
  readonly types?: { readonly state: State; readonly events: Events };
}

interface Options<Command, State, Facts> {
  /** The senders of the command. */
  readonly by: Senders;
  /** See {@link Despite}. Left out, a restriction, an objection or an erasure of the person stops the command. */
  readonly despite?: Despite;
  /**
   * The name that the command had before it was renamed, such as `MissSession`. The old route keeps answering, as
   * deprecated, and a retry is recognised under either name.
   */
  readonly formerly?: string;
  /** The command may be sent to a thing that has no events yet. Other commands to such a thing are refused as `UNKNOWN_…`. */
  readonly creates?: boolean;
  /** Other things whose facts the decision needs. If one does not exist, the command is refused as `UNKNOWN_…`. */
  readonly needs?: { readonly [Name in keyof Facts]: Need<Command, State> };
  /**
   * The places that the sender must reach, see {@link PlacesOf}. Left out, they are the scopes of the target: then the command
   * creates nothing, moves nothing, names no other thing, and its facts are about today.
   */
  readonly places?: PlacesOf<Command, State>;
  /** The values that only this stream may hold after the command. */
  readonly claims?: (command: Command, state: State) => readonly Claim[];
}

/**
 * Functions to write the slices of a module with. `on` connects a command class to its decision. `slice` checks that every
 * event has a fold and that decisions record only events of the module.
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
      despite: options.despite,
      formerly: options.formerly,
      creates: options.creates ?? false,
      needs: (options.needs ?? {}) as Handler<State, Emits>['needs'],
      places: options.places as Handler<State, Emits>['places'],
      claims: (options.claims ?? none) as Handler<State, Emits>['claims'],
      decide: decide as Handler<State, Emits>['decide'],
    }),
    slice: <Events, Emits = Events>(definition: Slice<State, Events, Emits>): AnySlice<State, Events> =>
      definition as unknown as AnySlice<State, Events>,
  };
}

const none = (): readonly Claim[] => [];
