/** The current time, as ISO UTC with milliseconds. Tests provide their own. */
export interface Clock {
  now(): string;
}

export const systemClock: Clock = { now: () => new Date().toISOString() };
