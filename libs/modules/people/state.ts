import type { Assignment } from '@waymark/core/access';
import { addDays, type Day } from '@waymark/core/fields';
import { type Erasable, erasedRefusal } from '@waymark/core/privacy';
import type { Remembering } from '@waymark/modules/shared/repeats';

export interface Person extends Erasable, Remembering {
  /** The `sub` of the person's access tokens. */
  readonly subject?: string;
  readonly name?: string;
  readonly known: boolean;
  /** Roles by assignment id, including ended ones. */
  readonly assignments: Readonly<Record<string, Assignment>>;
}

/** Whether a person has a role on a day or later. */
export const hasRolesFrom = (day: Day, { assignments }: Person): boolean =>
  Object.values(assignments).some(
    ({ from, until }) => until === undefined || (until >= day && until >= from),
  );

/** The person, with all roles ended before a day. */
export const withoutRolesFrom = (day: Day, person: Person): Person => ({
  ...person,
  assignments: Object.fromEntries(
    Object.entries(person.assignments).map(([id, held]) => [id, endedOn(day, held)]),
  ),
});

/** The assignment, ended before a day. One that starts on that day or later then ends before it starts. */
export const endedOn = (day: Day, held: Assignment): Assignment =>
  held.until !== undefined && held.until < day ? held : { ...held, until: addDays(day, -1) };

/** Refuse to record anything about an erased person, except the completion of the erasure. */
export function refuseErased({ erasure }: Person): void {
  if (erasure) throw erasedRefusal('person');
}
