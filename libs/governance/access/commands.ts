import type { Scope } from '@waymark/core/kernel';
import { type Assignment, type Lookup, scopeIn, type Principal } from '@waymark/core/access';
import type { PersonFacts } from '@waymark/modules/people/facts';
import { scopeOfSchool } from '@waymark/modules/school/facts';
import { governed } from '../governed';
import { scopesOf } from './scopes';
import { mayGive, reachFor } from './rights';

/** A command that somebody wants to be carried out, before it is. */
export interface Wanted {
  readonly module: string;
  readonly id: string;
  readonly command: object;
  /** It may be the first to its thing, and says itself where that belongs. */
  readonly creates: boolean;
}

type Named = Readonly<Partial<Record<'programme' | 'school' | 'journey' | 'pupil' | 'assignment', string>>>;

/**
 * Refuse a command as `NOT_ALLOWED` unless the sender's roles allow it where what it is sent to belongs, and where the pupil or
 * the journey belongs that it names.
 */
export async function demandRight(look: Lookup, principal: Principal, wanted: Wanted): Promise<void> {
  const { module, id, command, creates } = wanted;
  const action = governed.get(module)?.domain.qualified(command.constructor.name) ?? '';
  if (module === 'person') return demandGiver(look, principal, wanted, action);
  const reach = reachFor(principal, action);
  if (reach.everything) return;
  const there = await scopesOf(look, module, id);
  const named = command as Named;
  if (there.length > 0 || !creates) reach.demand(there);
  // What begins somewhere, or is taken to another programme.
  if (creates && (there.length === 0 || named.programme !== undefined))
    reach.demand([await scopeNamed(look, module, id, named)]);
  for (const other of ['journey', 'pupil'] as const) {
    if (named[other] !== undefined) reach.demand(await scopesOf(look, other, named[other]));
  }
}

/** Where a thing will belong, as the command says that may create it. */
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

/** Refuse a command about somebody's roles unless the sender may give and take back such a role, over such a thing. */
async function demandGiver(
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

/** The role that a command gives or takes back; none where it is about something else, or about nothing there is. */
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
