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
  NotPersonal,
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
import { given, isRepeated, remember } from '@waymark/modules/shared/repeats';
import { erasure } from './erasure';
import type { PersonFacts } from './facts';
import { endedOn, hasRolesFrom, type Person, refuseErased, withoutRolesFrom } from './state';

export interface PersonEvents {
  /** A person who works with the service was registered, with the subject of their access tokens. */
  PersonRegistered: { readonly subject: string; readonly name: string };
  /** A person was given a role, over one scope or over the whole service, with or without a last day. */
  RoleAssigned: Assignment & { readonly assignment: string };
  /** A role was ended; this day is the first without it. */
  RoleEnded: { readonly assignment: string; readonly on: Day };
  /** A person left the service; this day is the first without any role. */
  PersonLeft: { readonly on: Day };
}

/** Register a person who is to work with the service. */
export class RegisterPerson {
  /** The `sub` claim of the person's access tokens. */
  @IsText('auth0|5f7c8ec7c33c6c004bbafe82', 255) subject!: string;
  @IsText('Priya Raman') name!: string;
}

/** Give a person a role over its scope. */
export class AssignRole {
  @IsId() assignment!: string;
  @IsOneOf(roles) role!: Role;
  @Optional() @IsCode('M-890-1') mentor?: string;
  @Optional() @IsUrn('') school?: string;
  @Optional() @IsCode('') area?: string;
  @NotPersonal('the name of a region')
  @Optional()
  @IsText('')
  region?: string;
  @Optional() @IsCode('') programme?: string;
  @IsDay('2025-09-01') from!: string;
  /** The last day of the role, for example when covering for a colleague. */
  @Optional() @IsDay('2025-12-19') until?: string;
}

/** End a role. */
export class EndRole {
  @IsId() assignment!: string;
  /** The first day without the role. */
  @IsDay('2025-12-01') on!: string;
}

/** Record that a person leaves. All roles of the person end. */
export class LeavePerson {
  @IsDay('2025-12-12') on!: string;
}

const { on, slice } = slices<Person>();

const ownSubject = ({ subject }: { readonly subject: string }): readonly Claim[] => [
  {
    kind: 'subject',
    value: subject,
    taken: {
      code: 'SUBJECT_TAKEN',
      message: 'Another person has this subject. Use that person, or check the subject.',
    },
  },
];

const administrators = all('access-administrator', 'local-operator');

/** Roles can be changed only by another person, and only until the person is erased. */
function refuseChange(person: Person, { id, actor }: Context): void {
  refuseErased(person);
  if (id === actor) refuse('OWN_ROLES', 'You cannot change your own roles. Ask another person who may.');
}

const access = slice<PersonEvents>({
  decide: {
    RegisterPerson: on(
      RegisterPerson,
      ({ subject, name }, person, { today }) => {
        refuseErased(person);
        if (person.known && person.subject === subject && person.name === name) return [];
        if (person.known)
          refuse(
            'PERSON_ALREADY_REGISTERED',
            'The person is already registered with another name or subject. Use a new id for another person.',
          );
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
              ? `The role ${role} has the scope ${scope}. Send exactly this scope field.`
              : `The role ${role} is for the whole service. Send no scope field.`,
            'invalid',
          );
        if (until !== undefined && until < from)
          refuse('UNTIL_BEFORE_FROM', 'A role cannot end before it starts. Correct the days.', 'invalid');
        const wanted: Assignment = { role, ...over, ...given({ from, until }) };
        const known = person.assignments[assignment];
        if (known && !isDeepStrictEqual(known, wanted))
          refuse('ASSIGNMENT_EXISTS', 'A different assignment has this id. Use a new id.');
        return known ? [] : [event('RoleAssigned', from, { assignment, ...wanted })];
      },
      {
        by: { ...own('area-manager', 'programme-administrator'), ...administrators },
      },
    ),
    EndRole: on(
      EndRole,
      ({ assignment, on: day }, person, context: Context) => {
        refuseChange(person, context);
        const known =
          person.assignments[assignment] ??
          refuse('UNKNOWN_ASSIGNMENT', 'The person has no assignment with this id. Check the id.');
        const ended = { assignment, on: day };
        if (known.until === undefined || known.until >= day) return [event('RoleEnded', day, ended)];
        if (isRepeated(person, 'RoleEnded', assignment, ended)) return [];
        return refuse('ROLE_ALREADY_ENDED', 'The role ended before that day. No change is needed.');
      },
      {
        by: { ...own('area-manager', 'programme-administrator'), ...administrators },
      },
    ),
    LeavePerson: on(
      LeavePerson,
      ({ on: day }, person, context: Context) => {
        refuseChange(person, context);
        if (hasRolesFrom(day, person)) return [event('PersonLeft', day, { on: day })];
        if (isRepeated(person, 'PersonLeft', '', { on: day })) return [];
        return refuse('NO_ROLES_TO_END', 'The person has no role on or after that day. No change is needed.');
      },
      { by: administrators },
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
      return remember({ ...person, assignments }, 'RoleEnded', assignment, ended);
    },
    PersonLeft: (person, { on: day }) =>
      remember(withoutRolesFrom(day, person), 'PersonLeft', '', { on: day }),
  },
  personal: { PersonRegistered: ['subject', 'name'] },
});

export const person = defineModule(
  {
    name: 'person',
    plural: 'people',
    id: { ...uuidId, example: '6b1e0c7a-52d4-4f3b-8e9a-0d7c4b2a1f60' },
    initial: { known: false, assignments: {} } as Person,
    subject: (_: Person, id: string) => id,
    facts: ({ known, assignments, erasure: erased }: Person): PersonFacts | undefined =>
      known ? { assignments, erased: erased !== undefined } : undefined,
  },
  [access, erasure],
);
