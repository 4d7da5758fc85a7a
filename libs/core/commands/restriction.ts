import type { Refusal } from '@waymark/core/kernel';

/** A thing by its module and id. */
export interface ThingId {
  readonly module: string;
  readonly id: string;
}

/** A command before it is decided: what it is sent to, what it needs to know of, and what it is carried out in spite of. */
export interface Sent {
  readonly target: ThingId;
  readonly needed: readonly ThingId[];
  /** See {@link Handler.though}. */
  readonly though: 'restricted' | 'erased' | undefined;
}

/** What a restriction is decided on: other streams than the command's own. */
export interface RestrictionLookup {
  /** The published facts of a thing; undefined where it does not exist. */
  facts<Facts>(module: string, id: string): Promise<Facts | undefined>;
  /** The person whose record a thing is; undefined where that is not known yet. */
  subjectOf(thing: ThingId): Promise<string | undefined>;
}

/**
 * Why a command may not be carried out for the sake of the persons it is about; undefined where nothing stands against it. What
 * changes on those persons' streams in the meantime holds for the next command.
 */
export type Restriction = (sent: Sent, look: RestrictionLookup) => Promise<Refusal | undefined>;
