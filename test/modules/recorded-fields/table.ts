import type fc from 'fast-check';
import type { Happening } from '../../support/journey/histories';

export type Fields = Readonly<Record<string, unknown>>;

/** How a test generates a command, and where its fields appear in events. */
export interface Sending {
  /** The fields. An optional field is sometimes undefined. */
  readonly body: Readonly<Record<string, fc.Arbitrary<unknown>>>;
  /** Commands that are sent before, so that this one is not always refused. */
  readonly after?: readonly string[];
  /** Who sends the command, if it is not the person who sends the others. */
  readonly actor?: string;
  /** Types of events that contain the command's fields. */
  readonly events: readonly string[];
  /** Fields that identify the thing within the stream. Events with other values are about another thing. */
  readonly about?: readonly string[];
  /** Whether later events undo the recorded fields, so that sending them again records them again. */
  readonly undoneBy?: (since: readonly Happening[], body: Fields) => boolean;
  /** Reads a field that has another name or form in the event. */
  readonly reads?: Readonly<Record<string, (data: Fields, body: Fields) => unknown>>;
  /** Fields whose value may be in any event, not only in the latest one with the field. */
  readonly inAnyEvent?: readonly string[];
  /** Why the command may record nothing although no event contains its fields. */
  readonly mayRecordNothing?: string;
}

/** The commands of a module by name, and the ones that are always sent first. */
export interface Sendings {
  readonly commands: Readonly<Record<string, Sending>>;
  readonly first: readonly string[];
}

/** Whether there is an event of one of these types. */
export const is =
  (...types: readonly string[]) =>
  (since: readonly Happening[]): boolean =>
    since.some(({ type }) => types.includes(type));

/** Whether there is an event of one of these types with the command's value in a field. */
export const isOf =
  (field: string, ...types: readonly string[]) =>
  (since: readonly Happening[], body: Fields): boolean =>
    since.some(({ type, data }) => types.includes(type) && (data as Fields)[field] === body[field]);
