/**
 * A process that competes with others for a log and a view's checkpoint. It reports 'ready', waits for a
 * message, writes `count` events and as many batches, and reports the outcome of each.
 */
import { CheckpointMoved, type RowChange, type RowSet, WrongExpectedRevision } from '@waymark/core/kernel';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import { newEvent } from './events';

export interface Won {
  readonly revision: number;
  readonly checkpoint: number;
}

export const VIEW: RowSet = { name: 'batches', version: 1, indexes: ['by'] };
export const STREAM = 'locker-1';

async function compete(directory: string, label: string, count: number): Promise<void> {
  const events = new SqliteEventStore(`${directory}/events.sqlite`);
  const rows = new SqliteRowStore(`${directory}/views.sqlite`);
  await rows.prepare(VIEW);

  const append = async (): Promise<number> => {
    const [last] = await events.readStream(STREAM, { direction: 'backwards', limit: 1 });
    return (await events.append(STREAM, last?.revision ?? 'none', [newEvent('Noted', { by: label })]))
      .revision;
  };
  const commit = async (): Promise<number> => {
    const from = await rows.checkpoint(VIEW);
    const change: RowChange = { row: { by: label }, loaded: undefined };
    await rows.commit(VIEW, { from, to: from + 1, epoch: 0, changes: new Map([[String(from + 1), change]]) });
    return from + 1;
  };
  for (let done = 0; done < count; done += 1) {
    const won: Won = { revision: await winning(append), checkpoint: await winning(commit) };
    await new Promise((sent) => process.send!(won, sent));
  }
}

async function winning<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision || error instanceof CheckpointMoved)) throw error;
    }
  }
}

/** Entry point of the process, once the test has sent the message. */
export function run(directory: string, label: string, count: string): void {
  process.once('message', () => {
    void compete(directory, label, Number(count)).then(() => process.disconnect());
  });
  process.send!('ready');
}
