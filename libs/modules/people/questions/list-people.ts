import { scopeIn } from '@waymark/core/access';
import { holdsOn, IsCode, IsDay, IsOneOf, IsText, IsUrn, NotPersonal, Optional } from '@waymark/core/fields';
import { type Role, roles, scopeKinds } from '@waymark/core/kernel';
import { find } from '@waymark/core/projections';
import { pageOf, pageOfShown, PageParameters, question } from '@waymark/core/questions';
import type { PersonFacts } from '../facts';
import type { Person } from '../state';
import { people } from '../views/people';
import { documentOf, getPerson, personDocument } from './get-person';

/** Filters of the people: by a role, by the scope of a role, and by a day on which it is held. */
export class PeopleParameters extends PageParameters {
  @Optional() @IsOneOf(roles) role?: Role;
  @Optional() @IsCode('M-890-1') mentor?: string;
  @Optional() @IsUrn() school?: string;
  @Optional() @IsCode('blackpool') area?: string;
  @NotPersonal('the name of a region')
  @Optional()
  @IsText('North West')
  region?: string;
  @Optional() @IsCode('ampe-2025-11') programme?: string;
  @Optional() @IsDay('2025-11-03') on?: string;
}

export const listPeople = question({
  name: 'ListPeople',
  path: 'people',
  parameters: PeopleParameters,
  summary: 'The people who work with the service, with their role assignments, by role, scope and day',
  description:
    'A person matches if one assignment meets all filters. Without filters, people without a role are listed too. Erased people are left out.',
  schema: pageOf(personDocument),
  example: { items: [getPerson.example], next: getPerson.example.id },
  by: getPerson.by,
  views: [people],
  shown: ({ items }) => items.map(({ id }) => id),
  answer: async ({ role, on, ...rest }, { rows, submitter }) => {
    const scope = scopeIn(rest);
    const filters = role !== undefined || on !== undefined || Object.keys(scope).length > 0;
    const matches = (held: PersonFacts['assignments'][string]): boolean =>
      held.role === (role ?? held.role) &&
      (on === undefined || holdsOn(on, held)) &&
      scopeKinds.every((kind) => scope[kind] === undefined || scope[kind] === held[kind]);
    return pageOfShown(await find(rows, people), rest, async ({ key }) => {
      const facts = await submitter.facts<PersonFacts>('person', key);
      if (!facts || facts.erased) return undefined;
      if (filters && !Object.values(facts.assignments).some(matches)) return undefined;
      return documentOf(key, (await submitter.load('person', key)).state as Person);
    });
  },
});
