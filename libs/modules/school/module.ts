import { recordingModule } from '@waymark/core/context';
import { scopesOfSchool } from './facts';
import { getSchool } from './questions/get-school';
import { listAreas, listRegions } from './questions/areas-and-regions';
import { listSchools } from './questions/list-schools';
import { school } from './school';
import { schools } from './views/schools';

export const schoolModule = recordingModule({
  domain: school,
  views: [schools],
  questions: [listSchools, getSchool, listAreas, listRegions],
  scopes: scopesOfSchool,
  personalData: {
    holds: 'no personal data',
    because: 'the data are those of the public register of schools',
    retention: [],
  },
});
