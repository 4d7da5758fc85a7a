import { type Day, uuidId } from '@waymark/core/fields';
import { defineModule, type EventsOf } from '@waymark/core/kernel';
import { given } from '@waymark/modules/shared/repeats';
import { allocation, mentorsOn } from './allocation';
import { barriers } from './barriers';
import { consent, consentedSince } from './consent';
import { eligibility } from './eligibility';
import { ending } from './ending';
import type { JourneyFacts } from './facts';
import { phases } from './phases';
import { referral } from './referral';
import { sessions } from './sessions';
import { type Journey, notBegun } from './state';
import { support } from './support';

export const journey = defineModule(
  {
    name: 'journey',
    plural: 'journeys',
    id: uuidId,
    initial: notBegun,
    subject: ({ pupil }: Journey) => pupil,
    facts,
  },
  [referral, consent, eligibility, allocation, sessions, phases, barriers, support, ending],
);

function facts(state: Journey): JourneyFacts | undefined {
  if (state.pupil === undefined) return undefined;
  return given({
    pupil: state.pupil,
    programme: state.programme,
    school: state.school,
    eligible: state.eligible === true,
    consentedSince: consentedSince(state),
    ended: state.end !== undefined,
    endedOn: state.end?.on,
    mentor: state.mentor,
    mentorsOn: (day: Day) => mentorsOn(state, day),
  });
}

/** The events of all slices of the journey. */
export type JourneyEvents = EventsOf<typeof journey>;
