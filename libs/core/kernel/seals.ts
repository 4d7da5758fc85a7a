/**
 * Where seals of the log are kept. The place must not be writable for anyone who can change the log; otherwise
 * the seals prove nothing.
 */
export interface SealSink {
  /**
   * Store a seal, one line of JSON. Resolves once the seal is durable. A seal with the same number is replaced.
   */
  write(number: number, line: string): Promise<void>;
  /** The stored lines in order; undefined if the sink cannot be read. */
  readonly lines?: () => AsyncIterable<string>;
}
