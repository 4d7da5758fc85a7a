import { mondayOf } from '@waymark/core/fields';
import { type MentorRow, mentors } from '@waymark/modules/mentor/views/mentors';
import type { ProgrammeDefinition } from '@waymark/modules/programme';
import { programmes } from '@waymark/modules/programme/views/programmes';
import type { SchoolDetails } from '@waymark/modules/school/state';
import { schools } from '@waymark/modules/school/views/schools';
import { range } from '../events';
import { MENTOR, OTHER_MENTOR, OTHER_SCHOOL, PROGRAMME, programmeFacts, SCHOOL } from '../given';
import { harbourAcademy } from '../made-up';
import { asHeld } from '../journey/given';
import { kept } from '../kept-rows';
import { event } from '../spec';

/** Shared by the specs of views: events of a journey, and rows of the directory. */

export const on = '2025-12-01';
export const scheduled = (session: string, on: string) =>
  event('SessionScheduled', on, { session, mentor: MENTOR, on });
export const rescheduled = (session: string, from: string, to: string) =>
  event('SessionRescheduled', to, { session, from, to, reason: 'The room was taken.' });
export const notHeld = (session: string, on: string) =>
  event('SessionNotHeld', on, { session, mentor: MENTOR, on, reason: 'PUPIL_ABSENT', kind: 'unacceptable' });
export const corrected = event('SessionCorrected', '2025-11-05', {
  ...asHeld(1, { on: '2025-11-05' }),
  reason: 'It was two days later.',
});
export const voided = (session: string) =>
  event('SessionVoided', '2025-11-03', {
    session,
    reason: 'It was another pupil.',
    was: { outcome: 'scheduled', on: '2025-11-03' },
  });

export const withdrawn = event('ConsentWithdrawn', on, { on, mentor: MENTOR });
export const completed = event('JourneyCompleted', on, { on, mentor: MENTOR });
export const stopped = event('JourneyStopped', on, { on, mentor: MENTOR });
export const reopened = event('JourneyReopened', on, { on, reason: 'It went on.', mentor: MENTOR });

export const blackpool: SchoolDetails = {
  ...harbourAcademy,
  area: 'blackpool',
  areaName: 'Blackpool',
};
export const hastings: SchoolDetails = {
  ...blackpool,
  name: 'Hastings Castle School',
  localAuthorityCode: '845',
  localAuthority: 'East Sussex',
  region: 'South East',
  area: 'hastings',
  areaName: 'Hastings',
};

export const definition: ProgrammeDefinition = {
  ...programmeFacts,
  name: 'Attendance Mentoring Pilot Expansion 2025/26',
  terms: [],
  closures: [],
};
export const OTHER_PROGRAMME = 'other-2025-11';

export const mentorRow: MentorRow = {
  programme: PROGRAMME,
  area: 'blackpool',
  school: SCHOOL,
  from: '2025-09-01',
  caseload: 0,
};

/** A programme with two schools in different areas and regions, and a mentor at each. */
export const directory = [
  kept(programmes, { [PROGRAMME]: definition }),
  kept(schools, { [SCHOOL]: blackpool, [OTHER_SCHOOL]: hastings }),
  kept(mentors, {
    [MENTOR]: mentorRow,
    [OTHER_MENTOR]: { ...mentorRow, area: 'hastings', school: OTHER_SCHOOL },
  }),
] as const;

/** Marks for some days at a school, recorded at the end of each day. */
export const marks = (...days: readonly (readonly [on: string, am: string, pm: string])[]) =>
  event('AttendanceRecorded', days[0]![0], {
    school: SCHOOL,
    week: mondayOf(days[0]![0]),
    marks: days.map(([day, am, pm]) => ({ on: day, am, pm, at: `${day}T16:00:00Z` })),
  });

/** A month in a register page: morning and afternoon marks, by day of the month. */
export const lineOf = (days: Readonly<Record<number, string>>): string =>
  range(31)
    .map((before) => days[before + 1] ?? '  ')
    .join('');
