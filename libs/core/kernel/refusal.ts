/**
 * The kind of a refusal determines how it is answered: `invalid` request; `unauthenticated` caller; caller not
 * permitted (`forbidden`) or over its rate limit (`limited`); target `missing`, or `gone` because it was erased;
 * `conflict` with what was recorded before; `stale` revision; temporarily `unavailable`.
 */
export type RefusalKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'limited'
  | 'missing'
  | 'gone'
  | 'conflict'
  | 'stale'
  | 'unavailable';

/**
 * An invalid field: its path in the body, a stable code, and a message for a person. It never contains the
 * value itself.
 */
export interface FieldError {
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

/**
 * A request that is not carried out. `code` is stable and part of the API. `message` says what was wrong and
 * what to do, and never contains personal data.
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

/** A refusal of a request that can succeed when it is sent again later. */
export class RetryableRefusal extends Refusal {
  constructor(
    code: string,
    message: string,
    kind: RefusalKind,
    /** Seconds to wait before sending the request again. */
    readonly seconds: number,
  ) {
    super(code, message, kind);
  }
}

/** The caller exceeded its rate limit. */
export class TooManyRequests extends RetryableRefusal {
  constructor(seconds: number) {
    super(
      'TOO_MANY_REQUESTS',
      'Too many requests within a minute. Wait for the number of seconds in Retry-After.',
      'limited',
      seconds,
    );
  }
}
