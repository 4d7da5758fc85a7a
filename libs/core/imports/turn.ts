import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type ControlDocument, ControlMoved, type ControlStore } from '@waymark/core/kernel';

/** The document that says whose turn it is. */
export const TURN = 'turn/import';

interface Turn {
  /** The import that is under way; null between two. */
  readonly import: string | null;
  /** Names the attempt at it: one that was taken for dead and is not must not take the turn of the next. */
  readonly attempt: string;
}

export interface TurnOptions {
  readonly signal: AbortSignal;
  /** Milliseconds between signs of life, and between looks at whose turn it is. */
  readonly every?: number;
  /** Milliseconds after which who gives no sign of life is dead. */
  readonly patience?: number;
}

/**
 * Do something while no other import is under way, in whichever process: two at once would reject rows that name what the
 * other is about to bring in. Who holds the turn moves the document on and on; where it stands still, its holder has died,
 * and the next one takes over. An import that was killed takes its own turn over at once. The signal is aborted where
 * another has taken over from one that it took for dead.
 */
export async function inTurn<T>(
  control: ControlStore,
  id: string,
  { signal, every = 1_000, patience = 10_000 }: TurnOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own: Turn = { import: id, attempt: randomUUID() };
  let revision = await taken(control, own, { signal, every, patience });
  const lost = new AbortController();
  const write = async (turn: Turn): Promise<void> => {
    try {
      revision = await control.put(TURN, revision, turn);
    } catch (error) {
      if (!(error instanceof ControlMoved)) throw error;
      const now = await control.get(TURN);
      // Written after all, though the answer was lost; unless another has.
      if (now && turnIn(now).attempt === own.attempt) revision = await control.put(TURN, now.revision, turn);
      else lost.abort(new Error('another import took this one for dead'));
    }
  };
  // A sign of life that fails is followed by another.
  const unheeded = (): void => undefined;
  let written = Promise.resolve();
  const beat = setInterval(() => {
    written = written.then(() => write(own)).catch(unheeded);
  }, every).unref();
  try {
    return await work(AbortSignal.any([signal, lost.signal]));
  } finally {
    clearInterval(beat);
    await written;
    if (!lost.signal.aborted) await write({ ...own, import: null }).catch(unheeded);
  }
}

/** Wait for the turn, and take it; returns the document's revision. */
async function taken(
  control: ControlStore,
  own: Turn,
  { signal, every, patience }: Required<TurnOptions>,
): Promise<number> {
  let [seen, since] = [0, performance.now()];
  for (;;) {
    signal.throwIfAborted();
    const document = await control.get(TURN);
    const revision = document?.revision ?? 0;
    if (revision !== seen) [seen, since] = [revision, performance.now()];
    const holder = document ? turnIn(document).import : null;
    if (holder === null || holder === own.import || performance.now() - since >= patience) {
      try {
        return await control.put(TURN, document?.revision ?? 'none', own);
      } catch (error) {
        if (!(error instanceof ControlMoved)) throw error;
      }
    } else {
      // What it throws where the signal is aborted is said better above.
      await pause(every, undefined, { signal }).catch(() => undefined);
    }
  }
}

const turnIn = ({ doc }: ControlDocument): Turn => doc as Turn;
