import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '@waymark/core/commands';

/** Time stands still: whoever does the same again records the same events, to the last letter. */
export const still: Clock = { now: () => '2026-03-02T09:00:00.000Z' };

/** Numbers from 0 up to 1 that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `kill -9`, `lag` milliseconds after the process has said what it was waited for; returns everything it has said. */
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
  if (signal !== 'SIGKILL') throw new Error('the process ended of itself');
  return said;
}
