import { isDeepStrictEqual } from 'node:util';

/** A state that keeps the latest recorded values, so that a retried command can be told from a changed one. */
export interface Remembering {
  /** The fields recorded last, by event type and the id of what the event is about. */
  readonly lastRecords?: Readonly<Record<string, object>>;
}

/** The fields, where those that may be undefined are optional instead. */
type Given<Fields> = {
  [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name];
} & {
  [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<Fields[Name], undefined>;
};

/** The fields that have a value. */
export const given = <Fields extends object>(fields: Fields): Given<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<Fields>;

/** The state after these fields were recorded for an id; the id is empty if the stream has only one such thing. */
export const remember = <State extends Remembering>(
  state: State,
  type: string,
  id: string,
  fields: object,
): State => ({ ...state, lastRecords: { ...state.lastRecords, [`${type} ${id}`]: given(fields) } });

/** The fields recorded last for an id; undefined if there are none. */
export const lastRecorded = ({ lastRecords }: Remembering, type: string, id: string): object | undefined =>
  lastRecords?.[`${type} ${id}`];

/** Whether exactly these fields were recorded last for an id: then the command repeats an earlier one. */
export const isRepeated = (state: Remembering, type: string, id: string, fields: object): boolean =>
  isDeepStrictEqual(lastRecorded(state, type, id), given({ ...fields }));
