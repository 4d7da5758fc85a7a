import type { Position, Received } from '@waymark/core/kernel';
import type { Loaded } from './streams';

/**
 * Throws a refusal if the sender may not send the command to its target. The state is the one on which the command is
 * decided.
 */
export type Permit = (received: Received) => Promise<void>;

/** Permits every command: for the service's own commands. */
export const permitAll: Permit = () => Promise.resolve();

/** A command and the thing it is sent to. */
export interface Submission {
  readonly module: string;
  readonly id: string;
  readonly command: object;
  readonly actor: string;
  /** The client's key for this command and its retries; unique per actor and stream. */
  readonly idempotencyKey?: string;
  /** What the command's id is derived from, for callers that repeat their commands (imports, policies). */
  readonly derivedFrom?: readonly string[];
  /** Carry the command out only if the thing is at this revision. */
  readonly ifRevision?: number;
  readonly correlation?: string;
  readonly causation?: string;
  /** The import that the command is a row of. */
  readonly importId?: string;
  /** Checks the rights of the sender. Left out for commands of the service itself. */
  readonly permit?: Permit;
}

/** The outcome of a command that was not refused. */
export interface Answer {
  readonly stream: string;
  /** The stream's revision, or -1 if it has no events. */
  readonly revision: number;
  readonly position: Position;
  /** Types of the events that this command recorded; empty if nothing had to change. */
  readonly events: readonly string[];
  /** True if the command had been carried out before and this is the answer to a retry. */
  readonly repeated: boolean;
}

/** What a command's id is derived from; undefined if the command is never repeated. */
export function derivation(
  stream: string,
  { actor, idempotencyKey, derivedFrom }: Submission,
): readonly string[] | undefined {
  return derivedFrom ?? (idempotencyKey === undefined ? undefined : [actor, stream, idempotencyKey]);
}

/** The id under which a command is recorded in a stream; undefined if it is not. */
export const recordedId = ({ commands }: Loaded, ids: readonly string[]): string | undefined =>
  ids.find((id) => commands.has(id));
