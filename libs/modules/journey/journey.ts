import { uuidId } from '@waymark/core/fields';
import { defineModule } from '@waymark/core/kernel';
import { allocation } from './allocation';
import { barriers } from './barriers';
import { consent } from './consent';
import { eligibility } from './eligibility';
import { ending, mentorOf } from './ending';
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
  return {
    pupil: state.pupil,
    programme: state.programme,
    school: state.school,
    eligible: state.eligible === true,
    consented: state.consentOn !== undefined,
    ended: state.end !== undefined,
    ...mentorOf(state),
  };
}
