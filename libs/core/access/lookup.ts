import type { Day } from '@waymark/core/fields';
import type { Scope } from '@waymark/core/kernel';

/** What rights depend on. It is read from streams and claims, never from a view: rights must not wait for a rebuild. */
export interface Lookup {
  /** The published facts of a thing; undefined if it does not exist. */
  facts<Facts>(module: string, id: string): Promise<Facts | undefined>;
  /** The stream that holds a claimed value; undefined if the value is free. */
  holder(kind: string, value: string): Promise<string | undefined>;
  /** Ids of all programmes. */
  programmes(): Promise<readonly string[]>;
  /** Ids of the programmes that have a mentor based at a school. */
  programmesAt(school: string): Promise<readonly string[]>;
  /** The current day. */
  today(): Day;
}

/** The scopes that a thing lies in; empty if it does not exist. */
export type ScopesOf = (id: string, look: Lookup) => Promise<readonly Scope[]>;
