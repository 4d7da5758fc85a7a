import { type ActingRole, actingRoles, type Rights } from '@waymark/core/kernel';
import { mayGive, rightsByGroup } from './rights';

const heading = `# Rights of each role

This page is generated from the code (\`npm run docs:rights\`); a test fails if it is out of date. Each command declares its
rights in its slice and each question in its declaration; the others are in \`libs/governance/access/rights.ts\`.

- **own**: within the scope over which the role is given: a mentor's caseload, a school, an area, a region or a programme.
  Imports: those that the person has sent.
- **all**: everywhere.
- empty: not allowed.
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
