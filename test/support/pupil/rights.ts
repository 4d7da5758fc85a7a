import { pupil } from '@waymark/modules/pupil';
import { PUPIL, SCHOOL, schoolFacts } from '../given';
import { event, spec } from '../spec';

export const TODAY = '2026-02-15';
export const DAY = '2026-01-12';
export const reason = 'The family says so.';
export const HOLD = '5b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b12';

const registered = event('PupilRegistered', '2025-09-01', {
  upn: 'T80640122400B',
  ...{ forename: 'Zara', surname: 'Farouk', dateOfBirth: '2013-02-15' },
  ...{ school: SCHOOL, schoolFrom: '2025-09-01' },
});

/** A pupil without anything special. */
export const known = spec(pupil, { id: PUPIL, now: `${TODAY}T09:00:00.000Z` })
  .with({ school: schoolFacts })
  .given(registered);

export const unknown = spec(pupil, { id: PUPIL }).with({ school: schoolFacts });
