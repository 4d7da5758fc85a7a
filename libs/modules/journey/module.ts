import { recordingModule } from '@waymark/core/context';
import { StopJourney } from './ending';
import { journeysOf, scopesOfJourney } from './facts';
import { journey } from './journey';
import { journeyOf } from './questions/journey-document';
import { caseloads } from './views/caseload';
import { phaseProgress } from './views/phase-progress';
import { getJourney } from './questions/get-journey';

export const journeyModule = recordingModule({
  domain: journey,
  views: [caseloads, phaseProgress],
  questions: [getJourney],
  scopes: scopesOfJourney,
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
