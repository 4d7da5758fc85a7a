import type { Permit } from '@waymark/core/commands';
import type { Scope } from '@waymark/core/kernel';

/** The person who sends files. Every row is judged as the commands that it stands for, sent by this person. */
export interface Sender {
  /** Throws `NOT_ALLOWED` if the person may not send a command. */
  readonly permit: Permit;
  /**
   * Whether the person may carry out an action in one of the scopes. The scopes are computed only for persons whose right has
   * a scope. What is out of reach is reported as if it did not exist.
   */
  reaches(action: string, scopes: () => Promise<readonly Scope[]>): Promise<boolean>;
}
