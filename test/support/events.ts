import { randomUUID } from 'node:crypto';
import {
  type EventMetadata,
  type EventStore,
  type NewEvent,
  type RecordedEvent,
  START,
  WrongExpectedRevision,
} from '@waymark/core/kernel';

/** A new event with a type and data; everything else has defaults. */
export function newEvent(type: string, data: object = {}, metadata: Partial<EventMetadata> = {}): NewEvent {
  const command = randomUUID();
  return {
    id: randomUUID(),
    type,
    data,
    metadata: {
      on: '2025-09-03',
      recordedAt: '2025-09-03T16:00:00.000Z',
      schema: 1,
      actor: 'tester',
      correlation: command,
      causation: command,
      command: { id: command, hash: 'unused' },
      ...metadata,
    },
  };
}

/** The whole log, read in pages of `size`. */
export async function readWhole(store: EventStore, size = 500): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (let after = START; ;) {
    const page = await store.readAll(after, size);
    events.push(...page.events);
    if (page.events.length < size) return events;
    after = page.through;
  }
}

/** 0, 1, 2 … up to, not including, `length`. */
export const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

/** Append events one by one after whatever others append: a lost race only costs a retry. */
export async function appendInTurn(
  store: EventStore,
  stream: string,
  events: readonly NewEvent[],
): Promise<void> {
  for (let done = 0; done < events.length;) {
    const [last] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
    try {
      await store.append(stream, last?.revision ?? 'none', [events[done]!]);
      done += 1;
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
    }
  }
}

/** The texts of events that are notes. */
export const texts = (events: readonly RecordedEvent[]): unknown[] =>
  events.map(({ data }) => (data as { text: unknown }).text);

export const revisions = (events: readonly RecordedEvent[]): number[] =>
  events.map(({ revision }) => revision);
