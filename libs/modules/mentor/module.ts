import { recordingModule } from '@waymark/core/context';
import { CONTROLLER } from '@waymark/core/privacy';
import { CompleteMentorErasure, EraseMentor } from './erasure';
import { scopesOfMentor } from './facts';
import { mentor } from './mentor';
import type { Mentor } from './state';
import { mentors } from './views/mentors';

export const mentorModule = recordingModule({
  domain: mentor,
  views: [mentors],
  questions: [],
  scopes: scopesOfMentor,
  personalData: {
    holds: 'persons',
    erasure: {
      erase: EraseMentor,
      complete: CompleteMentorErasure,
      erased: 'MentorErased',
      completed: 'MentorErasureCompleted',
    },
    describe: ({ appointment, caseload }: Mentor) => ({ ...appointment, caseload }),
    kept: 'until erased by decision',
    retention: [{ record: 'a mentor: the name', kept: 'until the mentor is erased', source: CONTROLLER }],
  },
});
