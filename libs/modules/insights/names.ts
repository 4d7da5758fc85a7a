import type { Things } from '@waymark/core/commands';
import { type Journey, serviceOf } from '@waymark/modules/journey';
import type { PupilDetails } from '@waymark/modules/pupil';

/** A pupil's name and UPN. A pupil whose UPN was released has none. */
export interface PupilName extends Pick<PupilDetails, 'forename' | 'surname'> {
  readonly upn?: string;
}

/**
 * Names of people, and of the services that they were referred to, by id. Views contain no typed text, so it is added
 * while the answer is made, for principals who may see it. Erased and unknown people are left out.
 */
export interface Names {
  pupils(ids: readonly string[]): Promise<ReadonlyMap<string, PupilName>>;
  mentors(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The services of support referrals, by the id of the referral. */
  services(journeys: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Number of streams read at once. */
const AT_ONCE = 64;

/** Names read from the people's own streams. */
export const namesIn = (things: Pick<Things, 'load'>): Names => ({
  pupils: (ids) =>
    collected(ids, async (id) => {
      const { upn, details } = (await things.load('pupil', id)).state as PupilState;
      const { forename, surname } = details ?? {};
      return forename === undefined || surname === undefined
        ? undefined
        : { forename, surname, ...(upn !== undefined && { upn }) };
    }),
  mentors: (ids) =>
    collected(ids, async (id) => ((await things.load('mentor', id)).state as MentorState).appointment?.name),
  services: async (ids) => {
    const journeys = await collected(ids, async (id) => (await things.load('journey', id)).state as Journey);
    return new Map(
      [...journeys.values()].flatMap((journey) =>
        Object.keys(journey.support).flatMap((referral) => {
          const service = serviceOf(journey, referral);
          return service === undefined ? [] : [[referral, service] as const];
        }),
      ),
    );
  },
});

// Any personal field of a state may be missing, because its key may have been destroyed.

interface PupilState {
  readonly upn?: string;
  readonly details?: Partial<PupilDetails>;
}

interface MentorState {
  readonly appointment?: { readonly name?: string };
}

async function collected<T>(
  ids: readonly string[],
  find: (id: string) => Promise<T | undefined>,
): Promise<ReadonlyMap<string, T>> {
  const found = new Map<string, T>();
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    await Promise.all(
      ids.slice(at, at + AT_ONCE).map(async (id) => {
        const one = await find(id);
        if (one !== undefined) found.set(id, one);
      }),
    );
  }
  return found;
}
