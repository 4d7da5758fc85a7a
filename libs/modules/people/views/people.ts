import { viewsOf } from '@waymark/core/kernel';
import type { PersonEvents } from '../person';

/** A person's row says only that the person was registered. Roles are read from the person's stream, as for rights. */
export type PersonRow = Readonly<Record<string, never>>;

/** The people who were registered, by id. */
export const people = viewsOf<PersonEvents>()<PersonRow>({
  name: 'people',
  version: 1,
  indexes: [],
  on: { PersonRegistered: () => ({}) },
});
