import type { Recorded, RecordedEvent } from './event';
import type { Refusal } from './refusal';

/** A command that a policy derives from an event. */
export interface Reaction {
  readonly module: string;
  readonly id: string;
  readonly command: object;
  /** The reactions to a refusal of the command; none if left out. */
  readonly refused?: (refusal: Refusal) => readonly Reaction[];
}

/**
 * Maps events to the commands that follow from them. Pure: the same event always leads to the same commands.
 */
export interface Policy {
  readonly name: string;
  readonly on: ReadonlyMap<string, (event: RecordedEvent<string, never>) => readonly Reaction[]>;
}

/** Define policies over the events of a domain. */
export const policiesOf =
  <Events>() =>
  (
    name: string,
    on: {
      readonly [Type in keyof Events & string]?: (
        event: Extract<Recorded<Events>, { type: Type }>,
      ) => readonly Reaction[];
    },
  ): Policy => ({ name, on: new Map(Object.entries(on)) as unknown as Policy['on'] });
