import type { Claim } from '@waymark/core/kernel';

/** A command of a person that claims values. */
export interface ClaimSender {
  readonly actor: string;
  /** The command's name, with the namespace of its module. */
  readonly command: string;
  /** The import that the command is a row of. */
  readonly importId?: string;
}

/**
 * Watches the claims of persons, so that nobody can find out unnoticed, or by trying many values, which values are known.
 * Claims of the service itself are not watched.
 */
export interface ClaimWatch {
  /**
   * Runs `claim`, which claims the values of a command and returns the first one that another record holds, or undefined.
   * Throws a refusal instead of running it if the sender may make no claims for now. Records a claim that was refused before
   * it returns; if that fails, it throws, and the sender is not told that the value is taken.
   */
  watched(sender: ClaimSender, claim: () => Promise<Claim | undefined>): Promise<Claim | undefined>;
}
