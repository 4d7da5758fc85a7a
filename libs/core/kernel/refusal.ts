/**
 * How a refusal is answered: the request is wrong, nobody says who asks, who asks may not, or asks too often, nothing is there,
 * it does not fit what was recorded before, or it cannot be answered at present.
 */
export type RefusalKind =
  'invalid' | 'unauthenticated' | 'forbidden' | 'limited' | 'missing' | 'conflict' | 'stale' | 'unavailable';

/** A field that was wrong: its path in the body, a stable code, and words for a person. Never the value itself. */
export interface FieldError {
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

/**
 * A command that is not carried out. `code` is stable and part of the interface; `message` says what was wrong
 * and what to do, and never carries personal data.
 */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly kind: RefusalKind = 'conflict',
    readonly errors: readonly FieldError[] = [],
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

/** Refuse a command, from within a decision. */
export function refuse(code: string, message: string, kind: RefusalKind = 'conflict'): never {
  throw new Refusal(code, message, kind);
}

/** More requests than somebody may send. */
export class TooManyRequests extends Refusal {
  constructor(
    /** Until there may be more. */
    readonly seconds: number,
  ) {
    super(
      'TOO_MANY_REQUESTS',
      'That is more than one may ask within a minute. Wait as Retry-After says.',
      'limited',
    );
  }
}
