import type { Day } from '@waymark/core/fields';

/** What somebody may be for the service. What each may do and see stands in one table: libs/access/rights.ts. */
export const roles = [
  'mentor',
  'school-lead',
  'area-manager',
  'regional-director',
  'programme-administrator',
  'evaluator',
  'data-protection-officer',
  'operations',
  'access-administrator',
] as const;
export type Role = (typeof roles)[number];

/** What a role can be given over. */
export const scopes = ['mentor', 'school', 'area', 'region', 'programme'] as const;
export type Scope = (typeof scopes)[number];

/** What each role is given over; nothing where it is for the whole service. */
export const scopeOf: Readonly<Record<Role, Scope | undefined>> = {
  mentor: 'mentor',
  'school-lead': 'school',
  'area-manager': 'area',
  'regional-director': 'region',
  'programme-administrator': 'programme',
  evaluator: 'programme',
  'data-protection-officer': undefined,
  operations: undefined,
  'access-administrator': undefined,
};

/** What a role is given over: one field, that of the role's scope. */
export type Over = Readonly<Partial<Record<Scope, string>>>;

/** What something is over, and nothing else of it. */
export const overOf = (given: Over): Over =>
  Object.fromEntries(scopes.flatMap((scope) => (given[scope] === undefined ? [] : [[scope, given[scope]]])));

/** A role somebody has. */
export interface Assignment extends Over {
  readonly role: Role;
  /** The first day on which it holds. */
  readonly from: Day;
  /** The last one; open, if left out. Cover for somebody who is absent has one. */
  readonly until?: Day;
}

/** Whether an assignment holds on a day. */
export const holdsOn = (day: Day, { from, until }: Assignment): boolean =>
  from <= day && (until === undefined || day <= until);
