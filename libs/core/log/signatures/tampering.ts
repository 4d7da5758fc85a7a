import type { Position, StoredEvent } from '@waymark/core/kernel';

/**
 * How a log or its seals were tampered with: an event was `CHANGED`, `REMOVED`, `INSERTED` or `REORDERED`;
 * sealed events were `CUT` from the end; a seal is not validly signed, or is missing.
 */
export type TamperingKind =
  'CHANGED' | 'REMOVED' | 'INSERTED' | 'REORDERED' | 'CUT' | 'SEAL_FORGED' | 'SEAL_MISSING';

/** The first fault found. */
export interface Tampering {
  readonly kind: TamperingKind;
  /** A message for a person, without any event content. */
  readonly message: string;
  /** Position in the log at which the fault shows. */
  readonly position?: Position;
  /** Stream and revision of the event that shows the fault, or of the missing event. */
  readonly stream?: string;
  readonly revision?: number;
  /** Number of the seal that shows the fault. */
  readonly seal?: number;
}

/** Thrown within a verification when a fault is found. */
export class Tampered extends Error {
  constructor(readonly tampering: Tampering) {
    super(tampering.message);
    this.name = 'Tampered';
  }
}

type Place = Pick<StoredEvent, 'stream' | 'revision'>;

/**
 * An event's stream and revision in words. A stream name that this program would not assign may contain
 * anything, and is not printed.
 */
export const placeOf = ({ stream, revision }: Place): string =>
  `revision ${String(revision)} of ${/^[\w.:@-]{1,200}$/.test(stream) ? stream : 'an unnamed stream'}`;

/** A fault that an event shows. */
export const tampering = (
  kind: TamperingKind,
  event: Place & { readonly position?: Position },
  message: string,
): Tampering => ({
  ...{ kind, message },
  ...(event.position !== undefined && { position: event.position }),
  ...{ stream: event.stream, revision: event.revision },
});
