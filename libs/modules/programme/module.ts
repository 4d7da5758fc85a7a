import { recordingModule } from '@waymark/core/context';
import { programme } from './programme';
import { programmes } from './views/programmes';

export const programmeModule = recordingModule({
  domain: programme,
  views: [programmes],
  questions: [],
  scopes: (id) => Promise.resolve([{ programme: id }]),
  personalData: {
    holds: 'no personal data',
    because: 'a programme describes how mentoring is delivered and names no person',
    retention: [],
  },
});
