import type { HiddenPart, Position, StoredEvent } from '@waymark/core/kernel';

/**
 * How a log or its seals were tampered with: an event was `CHANGED`, `REMOVED`, `INSERTED` or `REORDERED`;
 * sealed events were `CUT` from the end; an event or a stream is `HIDDEN` from some readers of the log; a seal is
 * not validly signed, or is missing.
 */
export type TamperingKind =
  'CHANGED' | 'REMOVED' | 'INSERTED' | 'REORDERED' | 'CUT' | 'HIDDEN' | 'SEAL_FORGED' | 'SEAL_MISSING';

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
  `revision ${String(revision)} of ${nameOf(stream)}`;

/** A name, unless this program would not assign it. */
export const nameOf = (name: string): string => (/^[\w.:@-]{1,200}$/.test(name) ? name : 'an unnamed stream');

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

/** The fault of a part of the log that some readers do not see. */
export function hidden({ what, stream, revision = 0, position }: HiddenPart): Tampering {
  const messages = {
    outside: `An event at position ${String(position)}, ${placeOf({ stream, revision })}, lies outside the log: only some readers see it.`,
    cut: `The server returns ${nameOf(stream)} only from revision ${String(revision)} on.`,
    deleted: `The server returns no event of ${nameOf(stream)}, because it was deleted.`,
  };
  return tampering(
    'HIDDEN',
    { stream, revision, ...(position !== undefined && { position }) },
    messages[what],
  );
}
