/** What a person can be for the service. */
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

/** The role that a request is made in: a person's, or that of the operator at the machine of the embedded default. */
export const actingRoles = [...roles, 'local-operator'] as const;
export type ActingRole = (typeof actingRoles)[number];

/** What a role may do: within the scope that it is given over, or everywhere. */
export type Right = 'own' | 'all';

/** The roles that may do one thing. A role that is not named may not. */
export type Rights = Readonly<Partial<Record<ActingRole, Right>>>;

const each = (roles: readonly ActingRole[], right: Right): Rights =>
  Object.fromEntries(roles.map((role) => [role, right]));

/** These roles may, within the scope that each is given over. */
export const own = (...roles: readonly ActingRole[]): Rights => each(roles, 'own');

/** These roles may everywhere. */
export const all = (...roles: readonly ActingRole[]): Rights => each(roles, 'all');

/** The kinds of scope that a role is given over and that records lie in. */
export const scopeKinds = ['mentor', 'school', 'area', 'region', 'programme'] as const;
export type ScopeKind = (typeof scopeKinds)[number];

/**
 * What a role is given over, or where a record lies. A right over a scope reaches every record whose own scope has the same
 * value in each field that the right names. A group of figures lies in the scope that all of it shares: a region's has no
 * area, a school's no mentor.
 */
export type Scope = Readonly<Partial<Record<ScopeKind, string>>>;
