import type { Despite, Refusal } from '@waymark/core/kernel';

/** A thing by its module and id. */
export interface ThingId {
  readonly module: string;
  readonly id: string;
}

/**
 * A command before its decision: its target, the things it needs facts of, and the restriction that does not stop it.
 */
export interface Sent {
  readonly target: ThingId;
  readonly needed: readonly ThingId[];
  /** See {@link Handler.despite}. */
  readonly despite: Despite | undefined;
}

/** Reads streams other than the command's own. */
export interface RestrictionLookup {
  /** The published facts of a thing; undefined if it does not exist. */
  facts<Facts>(module: string, id: string): Promise<Facts | undefined>;
  /** The person whose record a thing is; undefined if there is none or it is not known yet. */
  subjectOf(thing: ThingId): Promise<string | undefined>;
}

/**
 * Checks whether the rights of the persons concerned forbid a command. Returns the refusal, or undefined if the
 * command may be carried out. A change on a person's stream during the check takes effect for the next command.
 */
export type Restriction = (sent: Sent, look: RestrictionLookup) => Promise<Refusal | undefined>;
