import type { Refusal } from '@waymark/core/kernel';

/** A command before it is decided, and whose record the thing is that it is sent to, as far as that is known yet. */
export interface Sent {
  readonly module: string;
  readonly id: string;
  readonly command: object;
  readonly subject: string | undefined;
}

/**
 * Why a command may not be carried out for the sake of those whom it is about, by what is known of them when it is decided.
 * That is on other streams than the command's: what changes there meanwhile holds for the next command.
 */
export type Standing = (
  sent: Sent,
  factsOf: <Facts>(module: string, id: string) => Promise<Facts | undefined>,
) => Promise<Refusal | undefined>;
