import type { Day } from '@waymark/core/fields';
import { event, refuse, slices } from '@waymark/core/kernel';
import {
  type ErasureDecision,
  type ErasureGround,
  type ErasureOutcome,
  isToComplete,
  wasDecidedBefore,
} from '@waymark/core/privacy';
import { hasRolesFrom, type Person, withoutRolesFrom } from './state';

export interface PersonErasureEvents {
  /** It was decided to erase the person's data; the key to them is destroyed next. */
  PersonErased: ErasureDecision;
  /** Nothing of the person can be read any more but which roles they had, and what was done under their id. */
  PersonErasureCompleted: ErasureOutcome;
}

/** Erase the data of somebody who worked with the service: for good, and only where none of their roles holds any more. */
export class ErasePerson {
  ground!: ErasureGround;
  on!: Day;
}

/** Record that nothing of a person can be read any more. */
export class CompletePersonErasure {
  /** UTC, milliseconds. */
  keyDestroyedAt!: string;
  events!: number;
}

const { on, slice } = slices<Person>();

export const erasure = slice<PersonErasureEvents>({
  decide: {
    ErasePerson: on(
      ErasePerson,
      ({ ground, on: day }, person, { today }) => {
        if (person.erasure) return [];
        if (hasRolesFrom(today, person) && !wasDecidedBefore(ground))
          refuse(
            'PERSON_HAS_ROLES',
            'The person has roles still. End them, or record that the person leaves, first.',
          );
        return [event('PersonErased', day, { ground, on: day })];
      },
      { by: 'service' },
    ),
    CompletePersonErasure: on(
      CompletePersonErasure,
      ({ keyDestroyedAt, events }, person, { today }) =>
        isToComplete(person, 'person')
          ? [event('PersonErasureCompleted', today, { keyDestroyedAt, events })]
          : [],
      { by: 'service' },
    ),
  },
  evolve: {
    PersonErased: (person, { ground, on: day }) => {
      const { known, assignments } = wasDecidedBefore(ground) ? withoutRolesFrom(day, person) : person;
      return { known, assignments, erasure: 'begun' };
    },
    PersonErasureCompleted: (person) => ({ ...person, erasure: 'completed' }),
  },
});
