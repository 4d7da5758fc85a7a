import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '@waymark/core/commands';

/** A clock that stands still, so that repeated work records exactly the same events. */
export const still: Clock = { now: () => '2026-03-02T09:00:00.000Z' };

/** A seeded pseudo-random number generator from 0 up to 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Keep this process running until it is killed, or until the test ends: a listener keeps the channel to the test open. */
export const waitToBeKilled = (): void => void process.on('message', () => undefined);

/** Kill the process with SIGKILL, `lag` milliseconds after it sent the awaited message. Returns all its messages. */
export async function killedOnce<Said>(
  child: ChildProcess,
  hasCome: (said: readonly Said[]) => boolean,
  lag: number,
): Promise<readonly Said[]> {
  const said: Said[] = [];
  const gone = once(child, 'close');
  const come = new Promise<void>((resolve) => {
    child.on('message', (message) => {
      said.push(message as Said);
      if (hasCome(said)) resolve();
    });
  });
  await Promise.race([come, gone]);
  await pause(lag);
  child.kill('SIGKILL');
  const [, signal] = (await gone) as [number | null, string | null];
  if (signal !== 'SIGKILL') throw new Error('the process ended by itself');
  return said;
}
