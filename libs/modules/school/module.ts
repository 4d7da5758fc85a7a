import { recordingModule } from '@waymark/core/context';
import { scopesOfSchool } from './facts';
import { school } from './school';
import { schools } from './views/schools';

export const schoolModule = recordingModule({
  domain: school,
  views: [schools],
  questions: [],
  scopes: scopesOfSchool,
  personalData: {
    holds: 'no personal data',
    because: 'the data are those of the public register of schools',
    retention: [],
  },
});
