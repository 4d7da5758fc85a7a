import { type Assignment, type Principal, scopeIn } from '@waymark/core/access';
import type { Permit } from '@waymark/core/commands';
import type { Sender } from '@waymark/core/imports';
import { type Lookup, type Received, Refusal, type Scope, type ScopeKind } from '@waymark/core/kernel';
import type { JourneyFacts } from '@waymark/modules/journey/facts';
import type { MentorFacts } from '@waymark/modules/mentor/facts';
import type { Person } from '@waymark/modules/people';
import { placesOfJourney } from '@waymark/modules/pupil/facts';
import { scopeOfSchool } from '@waymark/modules/school/facts';
import { mayGive, reachFor, rights } from './rights';
import { scopesOf } from './scopes';

/** The rights of a person who sends files. The roles are read again for each command: a role that ends stops the import. */
export const senderOf = (look: Lookup, principal: () => Promise<Principal>): Sender => ({
  permit: async (received) => demandRight(look, await principal(), received),
  reaches: async (action, scopes) => {
    const sender = await principal();
    if (sender.grants.every(({ role }) => rights.get(action)?.[role] === undefined)) return false;
    const reach = reachFor(sender, action);
    return reach.everything || reach.reaches(await scopes());
  },
});

/** The check of a principal's rights for each command. Throws `NOT_ALLOWED`. */
export const permitFor =
  (look: Lookup, principal: Principal): Permit =>
  (received) =>
    demandRight(look, principal, received);

/**
 * Throws `NOT_ALLOWED` unless the sender's roles allow the command in every place that it concerns. The refusal is the same
 * whether a place is out of reach or does not exist.
 */
export async function demandRight(look: Lookup, principal: Principal, received: Received): Promise<void> {
  const { module, id, state, command } = received;
  const action = module.qualified(command.constructor.name);
  if (module.name === 'person') return demandRightToGive(look, principal, received, action);
  const reach = reachFor(principal, action);
  if (reach.everything) return;
  const placesOf = module.handlers.get(command.constructor.name)?.places;
  const places = placesOf
    ? await placesOf(command as never, { id, state }, look)
    : [await scopesOf(look, module.name, id)];
  if (places.length === 0) reach.demand([]);
  for (const place of places) reach.demand(place);
}

/**
 * Throws `NOT_ALLOWED` unless the sender may give and end the role that the command is about, over the whole of its scope. A
 * role is given only over something that exists.
 */
async function demandRightToGive(
  look: Lookup,
  principal: Principal,
  { state, command }: Received,
  action: string,
): Promise<void> {
  const role = roleIn(state, command);
  if (!role) {
    reachFor(principal, action).demand([]);
    return;
  }
  const grants = principal.grants.filter((grant) => mayGive[grant.role]?.includes(role.role) ?? true);
  const reach = reachFor({ ...principal, grants }, action);
  if (!reach.everything) for (const place of await wholeOf(look, role)) reach.demand(place);
  if ('role' in command) await demandThatExists(look, scopeIn(role));
}

/** Throws `UNKNOWN_…` if the mentor, school, area, region or programme of a scope does not exist. */
export async function demandThatExists(look: Pick<Lookup, 'exists'>, over: Scope): Promise<void> {
  for (const [kind, id] of Object.entries(over) as [ScopeKind, string][])
    if (!(await look.exists(kind, id))) throw unknownScope(kind);
}

/** The role that a command gives or ends; undefined if it is about something else, or the assignment does not exist. */
function roleIn(person: unknown, command: object): Assignment | undefined {
  if ('role' in command) return command as Assignment;
  const { assignment } = command as { readonly assignment?: string };
  return assignment === undefined ? undefined : (person as Person).assignments[assignment];
}

/**
 * The places that the giver of a role must reach: everything that the role reaches. For a school, a role over a programme at
 * the school is not enough, because the role given also reaches pupils of other programmes. For a mentor, the mentor's
 * pupils count too, because they may be at schools in other areas, or have moved there since the journey began; those of
 * ended journeys as well.
 */
async function wholeOf(look: Lookup, over: Scope): Promise<readonly (readonly Scope[])[]> {
  if (over.school !== undefined) return [[await scopeOfSchool(over.school, look)]];
  if (over.mentor === undefined) return [[scopeIn(over)]];
  const mentor = await look.facts<MentorFacts>('mentor', over.mentor);
  const places = [await scopesOf(look, 'mentor', over.mentor)];
  for (const id of mentor?.journeys ?? []) {
    const journey = await look.facts<JourneyFacts>('journey', id);
    if (journey?.mentor === over.mentor) places.push(...(await placesOfJourney(id, look)));
  }
  return places;
}

const unknownScope = (kind: ScopeKind): Refusal => {
  const [code, message] = [`UNKNOWN_${kind.toUpperCase()}`, `There is no ${kind} with this id.`];
  return new Refusal(code, `${message} A role is given over something that exists.`, 'invalid', [
    { field: kind, code, message },
  ]);
};
