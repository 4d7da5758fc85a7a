import { defineModule } from '@waymark/kernel';
import { codeId } from '@waymark/vocabulary';
import type { MentorFacts } from '../shared/facts';
import { appointment } from './appointment';
import { caseload } from './caseload';
import { erasure } from './erasure';
import { reminders } from './reminders';
import type { Mentor } from './state';

export const mentor = defineModule(
  {
    name: 'mentor',
    plural: 'mentors',
    id: codeId('M-890-1'),
    initial: { caseload: [] } as Mentor,
    subject: (_: Mentor, id: string) => id,
    facts: (state: Mentor): MentorFacts | undefined => state.appointment,
  },
  [appointment, caseload, reminders, erasure],
);
