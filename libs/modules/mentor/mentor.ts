import { codeId } from '@waymark/core/fields';
import { defineModule, type EventsOf } from '@waymark/core/kernel';
import { appointment } from './appointment';
import { caseload } from './caseload';
import { erasure } from './erasure';
import type { MentorFacts } from './facts';
import { reminders } from './reminders';
import type { Mentor } from './state';

export const mentor = defineModule(
  {
    name: 'mentor',
    plural: 'mentors',
    id: codeId('M-890-1'),
    initial: { programmes: [], journeys: [], caseload: [] } as Mentor,
    subject: (_: Mentor, id: string) => id,
    facts: ({ appointment, programmes, journeys }: Mentor): MentorFacts | undefined =>
      appointment && { ...appointment, programmes, journeys },
  },
  [appointment, caseload, reminders, erasure],
);

/** The events of all slices of the mentor. */
export type MentorEvents = EventsOf<typeof mentor>;
