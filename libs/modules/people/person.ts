import { isDeepStrictEqual } from 'node:util';
import { type Assignment, scopeIn, scopeKindOf } from '@waymark/core/access';
import {
  type Day,
  IsCode,
  IsDay,
  IsId,
  IsOneOf,
  IsText,
  IsUrn,
  Optional,
  uuidId,
} from '@waymark/core/fields';
import {
  all,
  own,
  type Claim,
  type Context,
  defineModule,
  event,
  refuse,
  slices,
  type Role,
  roles,
} from '@waymark/core/kernel';
import { isSaid, saying } from '@waymark/modules/shared/said';
import { erasure } from './erasure';
import type { PersonFacts } from './facts';
import { endedOn, hasRolesFrom, type Person, refuseErased, withoutRolesFrom } from './state';

export interface PersonEvents {
  /** Somebody who works with the service became known, by the subject that their access tokens bear. */
  PersonRegistered: { readonly subject: string; readonly name: string };
  /** Somebody was given a role: over a caseload, a school, an area, a region or a programme, or over all; for good or for a while. */
  RoleAssigned: Assignment & { readonly assignment: string };
  /** A role was taken back: it holds no longer from this day on. */
  RoleEnded: { readonly assignment: string; readonly on: Day };
  /** Somebody has left: none of their roles holds from this day on. */
  PersonLeft: { readonly on: Day };
}

/** Make somebody known who is to work with the service. */
export class RegisterPerson {
  /** The `sub` of the access tokens that they come with. */
  @IsText('auth0|5f7c8ec7c33c6c004bbafe82', 255) subject!: string;
  @IsText('Priya Raman') name!: string;
}

/** Give somebody a role, over what it is a role for. */
export class AssignRole {
  @IsId() assignment!: string;
  @IsOneOf(roles) role!: Role;
  @Optional() @IsCode('M-890-1') mentor?: string;
  @Optional() @IsUrn() school?: string;
  @Optional() @IsCode('blackpool') area?: string;
  @Optional() @IsText('North West') region?: string;
  @Optional() @IsCode('ampe-2025-11') programme?: string;
  @IsDay('2025-09-01') from!: string;
  /** The last day: for cover, say. */
  @Optional() @IsDay('2025-12-19') until?: string;
}

/** Take a role back. */
export class EndRole {
  @IsId() assignment!: string;
  /** The first day on which it holds no longer. */
  @IsDay('2025-12-01') on!: string;
}

/** Record that somebody leaves: all of their roles end. */
export class LeavePerson {
  @IsDay('2026-07-31') on!: string;
}

const { on, slice } = slices<Person>();

const ownSubject = ({ subject }: { readonly subject: string }): readonly Claim[] => [
  {
    kind: 'subject',
    value: subject,
    taken: {
      code: 'SUBJECT_TAKEN',
      message: 'Another person has this subject. Find that person, or check it.',
    },
  },
];

/** Roles are changed by others, and no longer once the person was erased. */
function refuseChange(person: Person, { id, actor }: Context): void {
  refuseErased(person);
  if (id === actor) refuse('OWN_ROLES', 'Nobody changes their own roles. Ask somebody else to.');
}

const access = slice<PersonEvents>({
  decide: {
    RegisterPerson: on(
      RegisterPerson,
      ({ subject, name }, person, { today }) => {
        refuseErased(person);
        if (person.known && person.subject === subject && person.name === name) return [];
        if (person.known)
          refuse('PERSON_ALREADY_REGISTERED', 'The person is known with another name or subject.');
        return [event('PersonRegistered', today, { subject, name })];
      },
      {
        by: all('area-manager', 'programme-administrator', 'access-administrator', 'local-operator'),
        creates: true,
        claims: ownSubject,
      },
    ),
    AssignRole: on(
      AssignRole,
      (command, person, context: Context) => {
        refuseChange(person, context);
        const { assignment, role, from, until } = command;
        const [scope, over] = [scopeKindOf[role], scopeIn(command)];
        if (Object.keys(over).join() !== (scope ?? ''))
          refuse(
            'WRONG_SCOPE',
            scope
              ? `The role ${role} is given over one ${scope}: send that, and no other.`
              : `The role ${role} is for the whole service: send nothing that it is over.`,
            'invalid',
          );
        if (until !== undefined && until < from)
          refuse('UNTIL_BEFORE_FROM', 'A role cannot end before it begins.', 'invalid');
        const wanted: Assignment = { role, ...over, from, ...(until === undefined ? {} : { until }) };
        const known = person.assignments[assignment];
        if (known && !isDeepStrictEqual(known, wanted))
          refuse(
            'ASSIGNMENT_EXISTS',
            'There is another assignment with this id. End that one, and give this one an id of its own.',
          );
        return known ? [] : [event('RoleAssigned', from, { assignment, ...wanted })];
      },
      {
        by: {
          ...own('area-manager', 'programme-administrator'),
          ...all('access-administrator', 'local-operator'),
        },
      },
    ),
    EndRole: on(
      EndRole,
      ({ assignment, on: day }, person, context: Context) => {
        refuseChange(person, context);
        const known =
          person.assignments[assignment] ??
          refuse('UNKNOWN_ASSIGNMENT', 'The person has no assignment with this id.');
        const ended = { assignment, on: day };
        if (known.until === undefined || known.until >= day) return [event('RoleEnded', day, ended)];
        if (isSaid(person, 'RoleEnded', assignment, ended)) return [];
        return refuse('ROLE_ALREADY_ENDED', 'The role ended before that day. There is nothing to end.');
      },
      {
        by: {
          ...own('area-manager', 'programme-administrator'),
          ...all('access-administrator', 'local-operator'),
        },
      },
    ),
    LeavePerson: on(
      LeavePerson,
      ({ on: day }, person, context: Context) => {
        refuseChange(person, context);
        if (hasRolesFrom(day, person)) return [event('PersonLeft', day, { on: day })];
        if (isSaid(person, 'PersonLeft', '', { on: day })) return [];
        return refuse(
          'NO_ROLES_TO_END',
          'None of the person’s roles holds on that day or later. There is nothing to end.',
        );
      },
      { by: all('access-administrator', 'local-operator') },
    ),
  },
  evolve: {
    PersonRegistered: (person, { subject, name }) => ({ ...person, known: true, subject, name }),
    RoleAssigned: (person, { assignment, ...given }) => ({
      ...person,
      assignments: { ...person.assignments, [assignment]: given },
    }),
    RoleEnded: (person, ended) => {
      const { assignment, on: day } = ended;
      const assignments = {
        ...person.assignments,
        [assignment]: endedOn(day, person.assignments[assignment]!),
      };
      return saying({ ...person, assignments }, 'RoleEnded', assignment, ended);
    },
    PersonLeft: (person, { on: day }) => saying(withoutRolesFrom(day, person), 'PersonLeft', '', { on: day }),
  },
  personal: { PersonRegistered: ['subject', 'name'] },
});

export const person = defineModule(
  {
    name: 'person',
    plural: 'people',
    id: uuidId,
    initial: { known: false, assignments: {} } as Person,
    subject: (_: Person, id: string) => id,
    facts: ({ known, assignments, erasure: erased }: Person): PersonFacts | undefined =>
      known ? { assignments, erased: erased !== undefined } : undefined,
  },
  [access, erasure],
);
