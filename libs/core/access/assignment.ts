import type { Day } from '@waymark/core/fields';
import { type Role, type Scope, type ScopeKind, scopeKinds } from '@waymark/core/kernel';

/** The kind of scope over which each role is given; undefined for roles over the whole service. */
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

/** The scope fields of an object that may have other fields too. */
export const scopeIn = (given: Scope): Scope =>
  Object.fromEntries(scopeKinds.flatMap((kind) => (given[kind] === undefined ? [] : [[kind, given[kind]]])));

/** A role that a person has, over a scope. */
export interface Assignment extends Scope {
  readonly role: Role;
  /** The first day of the role. */
  readonly from: Day;
  /** The last day of the role; open if left out. Cover for an absent colleague has one. */
  readonly until?: Day;
}
