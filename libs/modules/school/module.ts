import type { ScopesOf } from '@waymark/core/access';
import { recordingModule } from '@waymark/core/context';
import { scopeOfSchool } from './facts';
import { school } from './school';
import { schools } from './views/schools';

/** A school lies in the scope of its area and region, and of each programme that has a mentor based there. */
const scopes: ScopesOf = async (urn, look) => {
  const scope = await scopeOfSchool(urn, look);
  const programmes = await look.programmesAt(urn);
  return [scope, ...programmes.map((programme) => ({ ...scope, programme }))];
};

export const schoolModule = recordingModule({
  domain: school,
  views: [schools],
  questions: [],
  scopes,
  personalData: {
    holds: 'no personal data',
    because: 'the data are those of the public register of schools',
    retention: [],
  },
});
