import type { Assignment } from '@waymark/core/access';
import { addDays, type Day } from '@waymark/core/fields';
import { refuse } from '@waymark/core/kernel';
import type { Erasable } from '@waymark/core/privacy';
import type { Remembering } from '@waymark/modules/shared/said';

export interface Person extends Erasable, Remembering {
  /** The `sub` of the person's access tokens. */
  readonly subject?: string;
  readonly name?: string;
  readonly known: boolean;
  /** Roles by the assignments' ids, those that are over included. */
  readonly assignments: Readonly<Record<string, Assignment>>;
}

/** Whether somebody has a role on a day, or is to have one later. */
export const hasRolesFrom = (day: Day, { assignments }: Person): boolean =>
  Object.values(assignments).some(
    ({ from, until }) => until === undefined || (until >= day && until >= from),
  );

/** Somebody none of whose roles holds from a day on. */
export const withoutRolesFrom = (day: Day, person: Person): Person => ({
  ...person,
  assignments: Object.fromEntries(
    Object.entries(person.assignments).map(([id, held]) => [id, endedOn(day, held)]),
  ),
});

/** An assignment that holds from a day on no longer; one that never held is over before it begins. */
export const endedOn = (day: Day, held: Assignment): Assignment =>
  held.until !== undefined && held.until < day ? held : { ...held, until: addDays(day, -1) };

/** Nothing is recorded of somebody who was erased but what became of the erasure. */
export function refuseErased({ erasure }: Person): void {
  if (erasure)
    refuse('PERSON_ERASED', 'The person’s data were erased. Nothing more can be recorded of them.');
}
