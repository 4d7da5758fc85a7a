/** The roles that a person can have in the service. */
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

/**
 * The role in which a request is made: a person's role, or `local-operator` for the operator of a local
 * installation.
 */
export const actingRoles = [...roles, 'local-operator'] as const;
export type ActingRole = (typeof actingRoles)[number];

/** What a role may do: `own` within its scope, `all` everywhere. */
export type Right = 'own' | 'all';

/** The roles that may do one thing. Roles that are not listed may not. */
export type Rights = Readonly<Partial<Record<ActingRole, Right>>>;

const each = (roles: readonly ActingRole[], right: Right): Rights =>
  Object.fromEntries(roles.map((role) => [role, right]));

/** These roles may, within the scope that each is given over. */
export const own = (...roles: readonly ActingRole[]): Rights => each(roles, 'own');

/** These roles may everywhere. */
export const all = (...roles: readonly ActingRole[]): Rights => each(roles, 'all');

/** The kinds of scope: of a role assignment, and of a record. */
export const scopeKinds = ['mentor', 'school', 'area', 'region', 'programme'] as const;
export type ScopeKind = (typeof scopeKinds)[number];

/**
 * The scope of a role assignment or of a record. An assignment reaches every record whose scope has the same
 * value in each field that the assignment names. A group of figures has the scope that all its members share: a
 * region's group has no area, a school's has no mentor.
 */
export type Scope = Readonly<Partial<Record<ScopeKind, string>>>;
