import type { Scope } from '@waymark/core/kernel';
import { type Assignment, scopeIn, type Principal } from '@waymark/core/access';
import type { PersonFacts } from '@waymark/modules/people/facts';
import { scopeOfSchool, scopesOf, type ScopeSources } from './scopes';
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
export async function demandRight(sources: ScopeSources, reader: Principal, wanted: Wanted): Promise<void> {
  const { module, id, command, creates } = wanted;
  const action = command.constructor.name;
  if (module === 'person') return demandGiver(sources, reader, wanted, action);
  const reach = reachFor(reader, action);
  if (reach.everything) return;
  const there = await scopesOf(sources, module, id);
  const named = command as Named;
  if (there.length > 0 || !creates) reach.demand(there);
  // What begins somewhere, or is taken to another programme.
  if (creates && (there.length === 0 || named.programme !== undefined))
    reach.demand([await placeNamed(sources, module, id, named)]);
  for (const other of ['journey', 'pupil'] as const) {
    if (named[other] !== undefined) reach.demand(await scopesOf(sources, other, named[other]));
  }
}

/** Where a thing will belong, as the command says that may create it. */
async function placeNamed(
  { submitter }: ScopeSources,
  module: string,
  id: string,
  { programme, school }: Named,
): Promise<Scope> {
  return {
    ...(module === 'programme' && { programme: id }),
    ...(programme !== undefined && { programme }),
    ...(school !== undefined && (await scopeOfSchool(submitter, school))),
  };
}

/** Refuse a command about somebody's roles unless the sender may give and take back such a role, over such a thing. */
async function demandGiver(
  sources: ScopeSources,
  reader: Principal,
  { id, command }: Wanted,
  action: string,
): Promise<void> {
  const given = await roleIn(sources, id, command);
  if (!given) {
    reachFor(reader, action).demand([]);
    return;
  }
  const grants = reader.grants.filter(({ role }) => mayGive[role]?.includes(given.role) ?? true);
  reachFor({ ...reader, grants }, action).demand(await placesOver(sources, given));
}

/** The role that a command gives or takes back; none where it is about something else, or about nothing there is. */
async function roleIn(
  { submitter }: ScopeSources,
  person: string,
  command: object,
): Promise<Assignment | undefined> {
  if ('role' in command) return command as Assignment;
  const { assignment } = command as Named;
  if (assignment === undefined) return undefined;
  return (await submitter.facts<PersonFacts>('person', person))?.assignments[assignment];
}

async function placesOver(sources: ScopeSources, over: Scope): Promise<readonly Scope[]> {
  if (over.mentor !== undefined) return scopesOf(sources, 'mentor', over.mentor);
  if (over.school !== undefined) return scopesOf(sources, 'school', over.school);
  return [scopeIn(over)];
}
