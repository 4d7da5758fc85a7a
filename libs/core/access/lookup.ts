import type { Day } from '@waymark/core/fields';
import type { Scope } from '@waymark/core/kernel';

/**
 * What a right depends on. It is read from streams and claims, never from a view: a view can be building, and a right
 * cannot wait for it.
 */
export interface Lookup {
  /** The published facts of a thing; undefined where it does not exist. */
  facts<Facts>(module: string, id: string): Promise<Facts | undefined>;
  /** The stream that holds a claimed value; undefined where the value is free. */
  holder(kind: string, value: string): Promise<string | undefined>;
  /** Ids of all programmes. */
  programmes(): Promise<readonly string[]>;
  /** Ids of the programmes that have a mentor based at a school. */
  programmesAt(school: string): Promise<readonly string[]>;
  /** The present day. */
  today(): Day;
}

/** The scopes that a thing lies in; none where it does not exist. */
export type ScopesOf = (id: string, look: Lookup) => Promise<readonly Scope[]>;
