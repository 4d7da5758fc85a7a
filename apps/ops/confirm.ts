import { createInterface } from 'node:readline/promises';
import { Refusal } from '@waymark/core/kernel';

/**
 * Ask on the terminal whether to do what cannot be undone, unless `yes` is set. Throws `CONFIRMATION_NEEDED` if nobody can be
 * asked, and `NOT_CONFIRMED` if the answer is not `yes`.
 */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY)
    throw new Refusal(
      'CONFIRMATION_NEEDED',
      'This cannot be undone, and nobody can be asked here. Add --yes if it is intended.',
      'invalid',
    );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} This cannot be undone. Type yes to continue: `);
    if (answer.trim() !== 'yes')
      throw new Refusal('NOT_CONFIRMED', 'Nothing was changed. Run the command again to confirm.');
  } finally {
    terminal.close();
  }
}

/** The option that confirms in advance, for scripts. */
export const YES = ['--yes', 'do not ask for confirmation'] as const;
