import type { Day } from '@waymark/core/fields';
import { type Role, type Scope, type ScopeKind, scopeKinds } from '@waymark/core/kernel';

/** The kind of scope that each role is given over; undefined where the role is for the whole service. */
export const scopeKindOf: Readonly<Record<Role, ScopeKind | undefined>> = {
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

/** The scope in something that has one among other fields. */
export const scopeIn = (given: Scope): Scope =>
  Object.fromEntries(scopeKinds.flatMap((kind) => (given[kind] === undefined ? [] : [[kind, given[kind]]])));

/** A role that a person has, over a scope. */
export interface Assignment extends Scope {
  readonly role: Role;
  /** The first day on which it holds. */
  readonly from: Day;
  /** The last day on which it holds; open if left out. Cover for an absent colleague has one. */
  readonly until?: Day;
}

/** Whether an assignment holds on a day. */
export const holdsOn = (day: Day, { from, until }: Assignment): boolean =>
  from <= day && (until === undefined || day <= until);
