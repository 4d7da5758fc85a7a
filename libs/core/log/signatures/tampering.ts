import type { Position, StoredEvent } from '@waymark/core/kernel';

/**
 * What was done to a log, or to its seals: an event `CHANGED`, `REMOVED`, `INSERTED` or `REORDERED`, sealed events `CUT` from its
 * end; a seal that is not the signer's, or is not there.
 */
export type TamperingKind =
  'CHANGED' | 'REMOVED' | 'INSERTED' | 'REORDERED' | 'CUT' | 'SEAL_FORGED' | 'SEAL_MISSING';

/** The first thing that is wrong. */
export interface Tampering {
  readonly kind: TamperingKind;
  /** Words for a person, with nothing of what the event says. */
  readonly message: string;
  /** Where in the log that shows. */
  readonly position?: Position;
  /** The event that it shows by, or that is missing. */
  readonly stream?: string;
  readonly revision?: number;
  /** The seal that it shows by. */
  readonly seal?: number;
}

/** Thrown within a verification where something is wrong. */
export class Tampered extends Error {
  constructor(readonly tampering: Tampering) {
    super(tampering.message);
    this.name = 'Tampered';
  }
}

type Place = Pick<StoredEvent, 'stream' | 'revision'>;

/** Where an event stands, in words. A stream's name that no program of ours gave may hold anything, and is not said. */
export const placeOf = ({ stream, revision }: Place): string =>
  /^[\w.:@-]{1,200}$/.test(stream) ? `revision ${String(revision)} of ${stream}` : 'an unnamed stream';

/** What is wrong, shown by an event. */
export const tampering = (
  kind: TamperingKind,
  event: Place & { readonly position?: Position },
  message: string,
): Tampering => ({
  ...{ kind, message },
  ...(event.position !== undefined && { position: event.position }),
  ...{ stream: event.stream, revision: event.revision },
});
