import type fc from 'fast-check';
import type { Happening } from '../../support/journey/histories';

export type Fields = Readonly<Record<string, unknown>>;

/** What a test knows of a command: bodies to send, and where in events a reader finds what a body said. */
export interface Sending {
  /** The fields; one that may be left out is undefined at times. */
  readonly body: Readonly<Record<string, fc.Arbitrary<unknown>>>;
  /** Commands of the module that are sent before, so that this one is not refused each time. */
  readonly after?: readonly string[];
  /** Events that say what the command says. */
  readonly events: readonly string[];
  /** Fields that tell what the command is about: events with other values there are about something else. */
  readonly about?: readonly string[];
  /** Whether events that came since undo what was said: said again after them, it is news. */
  readonly undoneBy?: (since: readonly Happening[], body: Fields) => boolean;
  /** Where an event has a field under another name or in another form. */
  readonly reads?: Readonly<Record<string, (data: Fields, body: Fields) => unknown>>;
  /** Fields of which it is enough that some event has the value, not the last one that has the field. */
  readonly everSaid?: readonly string[];
  /** Why the command may record nothing though no event says the same. */
  readonly mayBeSilent?: string;
}

/** The commands of a module by name, and those that are sent first. */
export interface Sendings {
  readonly commands: Readonly<Record<string, Sending>>;
  readonly first: readonly string[];
}

/** Whether an event of these types is there. */
export const is =
  (...types: readonly string[]) =>
  (since: readonly Happening[]): boolean =>
    since.some(({ type }) => types.includes(type));

/** The same, where a field of the event is that of the command. */
export const isOf =
  (field: string, ...types: readonly string[]) =>
  (since: readonly Happening[], body: Fields): boolean =>
    since.some(({ type, data }) => types.includes(type) && (data as Fields)[field] === body[field]);
