import type { RecordedEvent } from '@waymark/core/kernel';

export interface Thing {
  readonly state: never;
  readonly revision: number | 'none';
}

/** Things as their streams have them: as they are, or as some of their events leave them. */
export interface Things {
  load(module: string, id: string): Promise<Thing>;
  replay(
    module: string,
    id: string,
    select: (events: readonly RecordedEvent[]) => readonly RecordedEvent[],
  ): Promise<Thing>;
}
