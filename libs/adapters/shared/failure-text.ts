const LONGEST = 500;

/** What is kept of a failure: its message alone, cut where it is too long. */
export const failureText = (error: unknown): string =>
  (error instanceof Error ? error.message || error.name : String(error)).slice(0, LONGEST);
