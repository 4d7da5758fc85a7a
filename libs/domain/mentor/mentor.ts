import { defineModule } from '@waymark/kernel';
import type { MentorFacts } from '../shared/facts';
import { appointment } from './appointment';
import { caseload } from './caseload';
import type { Mentor } from './state';

export const mentor = defineModule(
  {
    name: 'mentor',
    plural: 'mentors',
    id: {
      pattern: /^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/,
      description: 'letters, digits, dots and dashes',
      example: 'M-890-1',
    },
    initial: { caseload: [] } as Mentor,
    subject: (_: Mentor, id: string) => id,
    facts: (state: Mentor): MentorFacts | undefined => state.appointment,
  },
  [appointment, caseload],
);
