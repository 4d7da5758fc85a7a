import type { ScopesOf } from '@waymark/core/access';
import { recordingModule } from '@waymark/core/context';
import { CONTROLLER } from '@waymark/core/privacy';
import { scopeOfSchool } from '@waymark/modules/school/facts';
import { CompleteMentorErasure, EraseMentor } from './erasure';
import type { MentorFacts } from './facts';
import { mentor } from './mentor';
import type { Mentor } from './state';
import { mentors } from './views/mentors';

/** A mentor lies in the scope of the programme and of the school where the mentor is based. */
const scopes: ScopesOf = async (id, look) => {
  const known = await look.facts<MentorFacts>('mentor', id);
  if (!known) return [];
  const { programme, school, area } = known;
  return [{ mentor: id, programme, ...(await scopeOfSchool(school, look)), area }];
};

export const mentorModule = recordingModule({
  domain: mentor,
  views: [mentors],
  questions: [],
  scopes,
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
