import { recordingModule } from '@waymark/core/context';
import { programme } from './programme';
import { getProgramme } from './questions/get-programme';
import { listProgrammes } from './questions/list-programmes';
import { programmes } from './views/programmes';

export const programmeModule = recordingModule({
  domain: programme,
  views: [programmes],
  questions: [listProgrammes, getProgramme],
  scopes: (id) => Promise.resolve([{ programme: id }]),
  personalData: {
    holds: 'no personal data',
    because: 'a programme describes how mentoring is delivered and names no person',
    retention: [],
  },
});
