import { type ActingRole, actingRoles, type Rights } from '@waymark/core/kernel';
import { mayGive, rightsByGroup } from './rights';

const heading = `# Rights of each role

This page is generated from the code (\`npm run docs:rights\`); a test fails if it is out of date. Each command declares its
rights in its slice and each question in its declaration; the others are in \`libs/governance/access/rights.ts\`.

- **own**: within the scope over which the role is given: a mentor's caseload, a school, an area, a region or a programme.
  Imports: those that the person has sent.
- **all**: everywhere.
- empty: not allowed.

## Rules of place

A right with a scope is checked in every place that a command concerns. What is out of reach is refused as if it did not exist.

- What moves needs the right over the place that it leaves and over the place that it comes to: a pupil between schools, a
  mentor between programmes and schools. A school changes its area or region only by a role over both, or by a role over the
  whole service.
- A fact about a day belongs to the place of that day: marks to the school, sessions to the mentor of that day.
- A school takes part in a programme after it has joined it, by decision of a role over the whole school; a school where the
  programme has mentors from before counts as joined. Only there may the programme appoint mentors, and register and refer pupils.
- A role is given only over something that exists, and only by somebody who reaches everything that the role reaches: the whole
  school, and all pupils of a mentor.
- Every row of an import is judged as the commands that it stands for, sent by the person who sends the file.

By these rules, a command lets nobody see a pupil's record that the roles of its sender do not cover, with two exceptions: roles
over the whole service, and the referral of a pupil by a programme that the pupil's school has joined.
`;

const titles: Readonly<Record<ActingRole, string>> = {
  mentor: 'mentor',
  'school-lead': 'school lead',
  'area-manager': 'area manager',
  'regional-director': 'regional director',
  'programme-administrator': 'programme administrator',
  evaluator: 'evaluator',
  'data-protection-officer': 'data protection officer',
  operations: 'operations',
  'access-administrator': 'access administrator',
  'local-operator': 'local operator',
};

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const row = ([action, rights]: readonly [string, Rights]): string =>
  line([action, ...actingRoles.map((role) => rights[role] ?? '')]);

const table = (rights: Readonly<Record<string, Rights>>): string =>
  [
    line(['', ...actingRoles.map((role) => titles[role])]),
    line(['', ...actingRoles].map(() => '---')),
    ...Object.entries(rights).map(row),
  ].join('\n');

/** The rights as Markdown tables, for the data protection officer's review. */
export const rightsDocument = (): string =>
  [
    heading,
    ...Object.entries(rightsByGroup)
      .filter(([, rights]) => Object.keys(rights).length > 0)
      .map(([group, rights]) => `## ${group[0]!.toUpperCase()}${group.slice(1)}\n\n${table(rights)}\n`),
    '## Roles that a role may give\n',
    ...Object.entries(mayGive).map(
      ([role, given]) => `- ${titles[role as ActingRole]}: ${given.map((each) => titles[each]).join(', ')}`,
    ),
    '- access administrator and local operator: every role\n',
  ].join('\n');
