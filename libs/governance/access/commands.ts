import type { Scope } from '@waymark/core/kernel';
import { type Assignment, type Lookup, scopeIn, type Principal } from '@waymark/core/access';
import type { PersonFacts } from '@waymark/modules/people/facts';
import { scopeOfSchool } from '@waymark/modules/school/facts';
import { governed } from '../governed';
import { scopesOf } from './scopes';
import { mayGive, reachFor } from './rights';

/** A command that a principal wants carried out. */
export interface Wanted {
  readonly module: string;
  readonly id: string;
  readonly command: object;
  /** Whether the command can create its target; then it names the scope of the new record itself. */
  readonly creates: boolean;
}

type Named = Readonly<Partial<Record<'programme' | 'school' | 'journey' | 'pupil' | 'assignment', string>>>;

/**
 * Throws `NOT_ALLOWED` unless the sender's roles allow the command in the scopes of its target, and in those of the
 * pupil or journey that it names.
 */
export async function demandRight(look: Lookup, principal: Principal, wanted: Wanted): Promise<void> {
  const { module, id, command, creates } = wanted;
  const action = governed.get(module)?.domain.qualified(command.constructor.name) ?? '';
  if (module === 'person') return demandRightToGive(look, principal, wanted, action);
  const reach = reachFor(principal, action);
  if (reach.everything) return;
  const there = await scopesOf(look, module, id);
  const named = command as Named;
  if (there.length > 0 || !creates) reach.demand(there);
  // A record that is created, or moved to another programme, must also lie within reach afterwards.
  if (creates && (there.length === 0 || named.programme !== undefined))
    reach.demand([await scopeNamed(look, module, id, named)]);
  for (const other of ['journey', 'pupil'] as const) {
    if (named[other] !== undefined) reach.demand(await scopesOf(look, other, named[other]));
  }
}

/** The scope in which the command would create its target. */
async function scopeNamed(
  look: Lookup,
  module: string,
  id: string,
  { programme, school }: Named,
): Promise<Scope> {
  return {
    ...(module === 'programme' && { programme: id }),
    ...(programme !== undefined && { programme }),
    ...(school !== undefined && (await scopeOfSchool(school, look))),
  };
}

/** Throws `NOT_ALLOWED` unless the sender may give and end the role that the command is about, in its scope. */
async function demandRightToGive(
  look: Lookup,
  principal: Principal,
  { id, command }: Wanted,
  action: string,
): Promise<void> {
  const given = await roleIn(look, id, command);
  if (!given) {
    reachFor(principal, action).demand([]);
    return;
  }
  const grants = principal.grants.filter(({ role }) => mayGive[role]?.includes(given.role) ?? true);
  reachFor({ ...principal, grants }, action).demand(await scopesOver(look, given));
}

/** The role that a command gives or ends; undefined if it is about something else, or the assignment does not exist. */
async function roleIn(look: Lookup, person: string, command: object): Promise<Assignment | undefined> {
  if ('role' in command) return command as Assignment;
  const { assignment } = command as Named;
  if (assignment === undefined) return undefined;
  return (await look.facts<PersonFacts>('person', person))?.assignments[assignment];
}

async function scopesOver(look: Lookup, over: Scope): Promise<readonly Scope[]> {
  if (over.mentor !== undefined) return scopesOf(look, 'mentor', over.mentor);
  if (over.school !== undefined) return scopesOf(look, 'school', over.school);
  return [scopeIn(over)];
}
