/**
 * Where seals of the log are kept. The place must not be writable for anyone who can change the log; otherwise
 * the seals prove nothing.
 */
export interface SealSink {
  /**
   * Store a seal, one line of JSON. Resolves once the seal is durable. Storing the same line again changes
   * nothing. A seal never replaces another: refused as `SEAL_EXISTS` if there is a different one with this
   * number, and as `SEALS_LOST` if earlier ones are missing.
   */
  write(number: number, line: string): Promise<void>;
  /** The stored lines in order; undefined if the sink cannot be read. */
  readonly lines?: () => AsyncIterable<string>;
}

/**
 * What a log records about its own seals, so that their loss is noticed: a text that is kept with the events and
 * is not one of them.
 */
export interface SealRegister {
  /** The recorded text; undefined if nothing was recorded. */
  sealRecord(): Promise<string | undefined>;
  saveSealRecord(text: string): Promise<void>;
}
