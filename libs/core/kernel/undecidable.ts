import { Refusal } from './refusal';

/**
 * Domain code threw an error that is not a refusal: a fault in the code or its input. Retrying does not help,
 * unlike when a store is unavailable.
 */
export class Undecidable extends Error {
  constructor(what: string, cause: unknown) {
    super(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'Undecidable';
  }
}

/** Run pure domain code. An error other than a {@link Refusal} is thrown as {@link Undecidable}. */
export function undecidable<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal || error instanceof Undecidable) throw error;
    throw new Undecidable(what, error);
  }
}
