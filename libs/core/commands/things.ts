import type { RecordedEvent } from '@waymark/core/kernel';

export interface Thing {
  readonly state: never;
  readonly revision: number | 'none';
}

/** Loads the state of a stream: the current one, or the one after folding only selected events. */
export interface Things {
  load(module: string, id: string): Promise<Thing>;
  replay(
    module: string,
    id: string,
    select: (events: readonly RecordedEvent[]) => readonly RecordedEvent[],
  ): Promise<Thing>;
}
