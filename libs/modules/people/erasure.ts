import { type Context, refuse, slices } from '@waymark/core/kernel';
import {
  DecideErasure,
  decidesErasure,
  type ErasureDecision,
  type ErasureOutcome,
  RecordErasureOutcome,
  recordsOutcome,
  wasDecidedBefore,
  withoutCounts,
} from '@waymark/core/privacy';
import { hasRolesFrom, type Person, withoutRolesFrom } from './state';

export interface PersonErasureEvents {
  /** It was decided to erase the person's data; the key is destroyed next. */
  PersonErased: ErasureDecision;
  /**
   * The erasure of the person is complete: only the roles, and what was recorded under the person's id, can still be
   * read.
   */
  PersonErasureCompleted: ErasureOutcome;
}

/**
 * Erase the data of a person who worked with the service, permanently. Refused while the person has current or future
 * roles.
 */
export class ErasePerson extends DecideErasure {}

/** Record that a person's erasure is complete. */
export class CompletePersonErasure extends RecordErasureOutcome {}

const { on, slice } = slices<Person>();

export const erasure = slice<PersonErasureEvents>({
  decide: {
    ErasePerson: on(ErasePerson, decidesErasure('PersonErased', requireNoRoles), { by: 'service' }),
    CompletePersonErasure: on(CompletePersonErasure, recordsOutcome('PersonErasureCompleted', 'person'), {
      by: 'service',
    }),
  },
  evolve: {
    PersonErased: (person, { ground, on: day }) => {
      const { known, assignments } = wasDecidedBefore(ground) ? withoutRolesFrom(day, person) : person;
      return { known, assignments, erasure: 'begun' };
    },
    PersonErasureCompleted: (person) => ({ ...person, erasure: 'completed' }),
  },
  upcast: { PersonErasureCompleted: [withoutCounts] },
});

function requireNoRoles(person: Person, { today }: Context): void {
  if (hasRolesFrom(today, person))
    refuse(
      'PERSON_HAS_ROLES',
      'The person still has roles. End them, or record that the person leaves, first.',
    );
}
