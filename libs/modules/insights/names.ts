import type { Things } from '@waymark/core/commands';
import type { PupilDetails } from '@waymark/modules/pupil';

/** A pupil's name and UPN. */
export interface PupilName extends Pick<PupilDetails, 'forename' | 'surname'> {
  readonly upn: string;
}

/**
 * Names of people by id. Views contain no names, so names are added while the answer is made, for principals who may
 * see them. Erased and unknown people are left out.
 */
export interface Names {
  pupils(ids: readonly string[]): Promise<ReadonlyMap<string, PupilName>>;
  mentors(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Number of streams read at once. */
const AT_ONCE = 64;

/** Names read from the people's own streams. */
export const namesIn = (things: Pick<Things, 'load'>): Names => ({
  pupils: (ids) =>
    collected(ids, async (id) => {
      const { upn, details } = (await things.load('pupil', id)).state as PupilState;
      const { forename, surname } = details ?? {};
      return upn === undefined || forename === undefined || surname === undefined
        ? undefined
        : { forename, surname, upn };
    }),
  mentors: (ids) =>
    collected(ids, async (id) => ((await things.load('mentor', id)).state as MentorState).appointment?.name),
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
