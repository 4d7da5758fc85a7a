import type { Lookup } from '@waymark/core/kernel';
import { type EventStore, Refusal, streamName } from '@waymark/core/kernel';
import type { Persons } from '@waymark/core/privacy';
import { governed } from '../governed';

/** The kinds of person whose data the service holds, by the name of their module. */
export const personKinds: ReadonlyMap<string, Persons> = new Map(
  [...governed].flatMap(([name, { personalData }]) =>
    personalData.holds === 'persons' ? [[name, personalData] as const] : [],
  ),
);

export type PersonKindName = string;
export const personKindNames: readonly PersonKindName[] = [...personKinds.keys()];

/** A person whose data the service holds: the module's name, and the person's id in it. */
export interface PersonId {
  readonly kind: PersonKindName;
  readonly id: string;
}

/** A kind of person by its name. Throws `UNKNOWN_KIND_OF_PERSON`. */
export function personKind(name: PersonKindName): Persons {
  const kind = personKinds.get(name);
  if (!kind)
    throw new Refusal(
      'UNKNOWN_KIND_OF_PERSON',
      'There is no such kind of person. Use the kind that the API documents.',
      'missing',
    );
  return kind;
}

export const unknownPerson = ({ kind }: PersonId): Refusal =>
  new Refusal(`UNKNOWN_${kind.toUpperCase()}`, `There is no ${kind} with this id. Check the id.`, 'missing');

/** Where the records of a person are looked up. */
export interface Histories {
  readonly look: Lookup;
  readonly events: Pick<EventStore, 'readAll'>;
}

/** A thing that belongs to a person: the person's own stream, or a record in another module. */
export interface OwnedThing {
  readonly module: string;
  readonly id: string;
}

/**
 * Everything with its own stream that belongs to a person, as the modules declare it. The person's own stream comes
 * first.
 */
export async function thingsOf({ look, events }: Histories, { kind, id }: PersonId): Promise<OwnedThing[]> {
  const records = await Promise.all(
    [...governed].map(async ([module, { personalData }]) => {
      if (personalData.holds !== 'records' || personalData.person !== kind) return [];
      return (await personalData.recordsOf(id, { look, events })).map((record) => ({ module, id: record }));
    }),
  );
  return [{ module: kind, id }, ...records.flat()];
}

/** The streams that belong to a person. */
export const streamsOf = async (histories: Histories, person: PersonId): Promise<string[]> =>
  (await thingsOf(histories, person)).map(({ module, id }) => streamName(module, id));
