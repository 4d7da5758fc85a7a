/**
 * Where seals of the log are kept: what is written there cannot be changed by whoever can change the log, or their seals
 * say nothing.
 */
export interface SealSink {
  /** Keep a seal, one line of JSON. Done where it is durable; given again, it takes the place of its number. */
  keep(number: number, line: string): Promise<void>;
  /** The lines that are kept, in their order, where what was written can be read. */
  readonly lines?: () => AsyncIterable<string>;
}
