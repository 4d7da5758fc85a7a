import type { ScopesOf } from '@waymark/core/access';
import { recordingModule } from '@waymark/core/context';
import { scopeOfSchool } from '@waymark/modules/school/facts';
import { StopJourney } from './ending';
import { journeysOf, type JourneyFacts } from './facts';
import { journey } from './journey';
import { journeyOf } from './questions/journey-document';
import { caseloads } from './views/caseload';
import { phaseProgress } from './views/phase-progress';
import { getJourney } from './questions/get-journey';

/** A journey lies in the scope of its programme, of the school of the referral, and of its mentor. */
const scopes: ScopesOf = async (id, look) => {
  const known = await look.facts<JourneyFacts>('journey', id);
  if (!known) return [];
  const { programme, school, mentor } = known;
  return [{ programme, ...(await scopeOfSchool(school, look)), ...(mentor !== undefined && { mentor }) }];
};

export const journeyModule = recordingModule({
  domain: journey,
  views: [caseloads, phaseProgress],
  questions: [getJourney],
  scopes,
  personalData: {
    holds: 'records',
    person: 'pupil',
    purpose: 'mentoring',
    recordsOf: (pupil, { look }) => journeysOf(pupil, look),
    document: (id, things) => journeyOf(things, id),
    whenErased: () => new StopJourney(),
    retention: [
      {
        record: 'a pupil’s phases and sessions, without the pupil’s identity',
        kept: 'as long as the log',
        source:
          'no longer personal data once the key is destroyed and nothing else identifies the pupil: to be confirmed by the controller',
      },
    ],
  },
});
