import { isDeepStrictEqual } from 'node:util';

/** A state that remembers what was said last, so that a command which says it again is told from one that says something else. */
export interface Remembering {
  /** What was recorded last, by the event's type and the id of what the event is about. */
  readonly said?: Readonly<Record<string, object>>;
}

/** Fields of which those that may be undefined may be left out instead. */
type Given<Fields> = {
  [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name];
} & {
  [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<Fields[Name], undefined>;
};

/** The fields that have a value. */
export const given = <Fields extends object>(fields: Fields): Given<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<Fields>;

/** The state after something was said of what has this id; an empty id where there is only one such thing. */
export const saying = <State extends Remembering>(
  state: State,
  type: string,
  id: string,
  fields: object,
): State => ({ ...state, said: { ...state.said, [`${type} ${id}`]: given(fields) } });

/** What was said last of what has this id; undefined where nothing was. */
export const lastSaid = ({ said }: Remembering, type: string, id: string): object | undefined =>
  said?.[`${type} ${id}`];

/** Whether exactly these fields were said last of what has this id: the command is a retry. */
export const isSaid = (state: Remembering, type: string, id: string, fields: object): boolean =>
  isDeepStrictEqual(lastSaid(state, type, id), given({ ...fields }));
