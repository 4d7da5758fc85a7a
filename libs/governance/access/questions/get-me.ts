import { Type } from '@sinclair/typebox';
import { type Assignment, type Grant, scopeIn } from '@waymark/core/access';
import { type Day, holdsOn } from '@waymark/core/fields';
import { actingRoles, type Right, type Rights, scopeKinds } from '@waymark/core/kernel';
import {
  byName,
  day,
  nobody,
  object,
  oneOf,
  question,
  type QuestionSources,
  text,
} from '@waymark/core/questions';
import { exampleIds } from '@waymark/modules/shared/examples';
import { everyone } from '@waymark/modules/shared/rights';
import type { PersonFacts } from '@waymark/modules/people/facts';

/** What the question about the asker is answered from. */
export interface OwnAccessSources extends QuestionSources {
  /** The rights of every action by its name. */
  readonly rights: ReadonlyMap<string, Rights>;
}

const heldRole = object(
  {
    role: oneOf(actingRoles),
    mentor: Type.Optional(text()),
    school: Type.Optional(text('The URN.')),
    area: Type.Optional(text()),
    region: Type.Optional(text()),
    programme: Type.Optional(text()),
    from: Type.Optional(day('The first day of the role. Absent for a role that the configuration gives.')),
    until: Type.Optional(day('The last day of the role. Absent if the role is open.')),
  },
  { $id: 'HeldRole', description: 'A role that the asker holds today, over one scope or the whole service.' },
);

export const getMe = question({
  name: 'GetMe',
  path: 'me',
  summary: 'Your id, the roles that you hold today, and what they allow',
  description:
    'Roles are read from the log with each request, so a change takes effect at once. The answer has no data of other people.',
  schema: object(
    {
      id: text('Your id. It is the actor of the events that you record.'),
      roles: Type.Array(heldRole),
      may: byName(oneOf(['own', 'all']), {
        description:
          'The actions that your roles allow, by name. With `own`, an action is allowed within the scopes of your roles; with `all`, it is allowed everywhere.',
      }),
    },
    { $id: 'Me' },
  ),
  example: {
    id: exampleIds.person,
    roles: [{ role: 'mentor', mentor: 'M-890-1', from: '2025-11-03', until: '2025-12-19' }],
    may: { GetMe: 'all', GetCaseload: 'own', HoldSession: 'own' },
  },
  by: everyone,
  views: [],
  // The answer shows only the asker's own record.
  shown: nobody,
  answer: async (_asked, { reach, submitter, now, rights }: OwnAccessSources) => {
    const { id, grants } = reach.principal;
    const known = await submitter.facts<PersonFacts>('person', id);
    return {
      id,
      roles: rolesOn(now().slice(0, 10), Object.values(known?.assignments ?? {}), grants),
      may: allowedBy(grants, rights),
    };
  },
});

/** The assignments of a day, and the grants that no assignment gives. */
function rolesOn(today: Day, assignments: readonly Assignment[], grants: readonly Grant[]) {
  const held = assignments.filter((assignment) => holdsOn(today, assignment));
  const isAssigned = (grant: Grant): boolean =>
    held.some((each) => each.role === grant.role && scopeKinds.every((kind) => each[kind] === grant[kind]));
  return [
    ...held.map(({ role, from, until, ...scope }) => ({
      ...{ role, ...scopeIn(scope), from },
      ...(until !== undefined && { until }),
    })),
    ...grants.filter((grant) => !isAssigned(grant)),
  ];
}

/** The widest right that some grant has for each action. */
function allowedBy(
  grants: readonly Grant[],
  table: OwnAccessSources['rights'],
): Readonly<Record<string, Right>> {
  return Object.fromEntries(
    [...table].flatMap(([action, rights]) => {
      const given = new Set(grants.map(({ role }) => rights[role]));
      const widest = (['all', 'own'] as const).find((right) => given.has(right));
      return widest === undefined ? [] : [[action, widest] as const];
    }),
  );
}
