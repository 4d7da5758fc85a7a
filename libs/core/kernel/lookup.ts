import type { Scope, ScopeKind } from './access';

/** What rights depend on. It is read from streams and claims, never from a view: rights must not wait for a rebuild. */
export interface Lookup {
  /** The published facts of a thing; undefined if it does not exist. */
  facts<Facts>(module: string, id: string): Promise<Facts | undefined>;
  /** The stream that holds a claimed value; undefined if the value is free. */
  holder(kind: string, value: string): Promise<string | undefined>;
  /** Ids of all programmes. */
  programmes(): Promise<readonly string[]>;
  /** Ids of the programmes that a school has joined, or that have a mentor based there. */
  programmesAt(school: string): Promise<readonly string[]>;
  /** Whether a mentor, school, area, region or programme exists. An area or region exists if a school lies in it. */
  exists(kind: ScopeKind, id: string): Promise<boolean>;
  /** The current day, `YYYY-MM-DD`. */
  today(): string;
}

/** The scopes that a thing lies in; empty if it does not exist. */
export type ScopesOf = (id: string, look: Lookup) => Promise<readonly Scope[]>;

/** The target of a command, with its state before the command. */
export interface Target<State> {
  readonly id: string;
  readonly state: State;
}

/**
 * The places that a command concerns, each as a list of scopes. The sender must reach at least one scope of every place:
 * of the place that a thing leaves and of the place that it comes to. A fact about a day concerns the place of that day.
 */
export type PlacesOf<Command, State> = (
  command: Command,
  target: Target<State>,
  look: Lookup,
) => Promise<readonly (readonly Scope[])[]>;
