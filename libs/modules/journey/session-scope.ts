import type { Day } from '@waymark/core/fields';
import { type PlacesOf, refuseUnknown } from '@waymark/core/kernel';
import type { MentorFacts } from '@waymark/modules/mentor/facts';
import { scopesOfJourney, scopesOfJourneyOn } from './facts';
import type { Journey } from './state';

/** A session may name only mentors of the journey's programme. Other mentors count as unknown. */
export function requireOwnMentor({ programme }: Journey, mentor: MentorFacts | undefined): void {
  if (mentor && !mentor.programmes.includes(programme)) refuseUnknown('mentor', 'mentor');
}

interface About {
  readonly session: string;
  readonly on?: Day;
  readonly to?: Day;
}

/** A session belongs to the mentor of its day: of the day recorded so far, and of the day in the command. */
export const placesOfSession: PlacesOf<About, Journey> = ({ session, on: day, to }, { id, state }, look) => {
  const days = [state.sessions[session]?.on, day, to].filter((each) => each !== undefined);
  const places = [...new Set(days)].map((each) => scopesOfJourneyOn(each, id, look));
  return Promise.all(places.length === 0 ? [scopesOfJourney(id, look)] : places);
};
