import { Refusal } from './refusal';

/**
 * What the domain's own code threw, and no refusal: a fault in it, or in what it was given. To try again would not help, as it
 * does where a store does not answer.
 */
export class Undecidable extends Error {
  constructor(what: string, cause: unknown) {
    super(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'Undecidable';
  }
}

/** Ask pure code; what it throws besides refusals is its own fault. */
export function undecidable<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal || error instanceof Undecidable) throw error;
    throw new Undecidable(what, error);
  }
}
