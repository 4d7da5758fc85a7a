import type { Remains } from '@waymark/core/privacy';
import type { AttendanceFacts } from '@waymark/modules/attendance/facts';
import type { JourneyFacts } from '@waymark/modules/journey/facts';
import type { MentorFacts } from '@waymark/modules/mentor/facts';
import type { DeliveryModel, ProgrammeFacts } from '@waymark/modules/programme/facts';
import type { PupilFacts } from '@waymark/modules/pupil/facts';
import type { SchoolFacts } from '@waymark/modules/school/facts';
import type { Counts } from '@waymark/modules/shared/counts';
import { event } from './spec';

/** Shared by the specs: one programme, one school, one mentor, one pupil. */

export const PUPIL = '0b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b10';
export const JOURNEY = '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11';
export const PROGRAMME = 'ampe-2025-11';
export const SCHOOL = '990401';
export const OTHER_SCHOOL = '990402';
export const MENTOR = 'M-890-1';
export const OTHER_MENTOR = 'M-890-2';

export const model: DeliveryModel = {
  version: 1,
  weeks: 12,
  sessionMinutes: 60,
  sessionsPerPhase: 3,
  phases: [
    'Trust and obstacles',
    'Goals and actions',
    'Action and support network',
    'Reintegration and self-reliance',
  ],
};

export const programmeFacts: ProgrammeFacts = {
  baseline: { from: '2025-09-03', to: '2025-10-24' },
  followUp: { from: '2025-11-03', to: '2026-02-13' },
  eligibility: { minAbsencePercent: 10, maxAbsencePercentExclusive: 50 },
  caseloadCap: 25,
  deliveryModel: model,
};

export const schoolFacts: SchoolFacts = { area: 'blackpool', region: 'North West' };
export const mentorFacts: MentorFacts = {
  programme: PROGRAMME,
  area: 'blackpool',
  school: SCHOOL,
  programmes: [PROGRAMME],
  journeys: [],
};
export const pupilFacts: PupilFacts = { schoolOn: () => SCHOOL };

export const journeyFacts: JourneyFacts = {
  pupil: PUPIL,
  programme: PROGRAMME,
  school: SCHOOL,
  eligible: true,
  consentedSince: '2025-10-13',
  ended: false,
  mentorsOn: () => [],
};

/** The numbers of absent and of possible sessions. */
export const counted = (absent: number, possible: number): Counts => ({
  possible,
  attended: possible - absent,
  authorised: 0,
  unauthorised: absent,
  notPossible: 2,
  noMark: 1,
  late: 0,
});

export const attendanceFacts = (counts: Counts): AttendanceFacts => ({
  countsOver: () => counts,
  absentOn: () => false,
});

export const referred = event('PupilReferred', '2025-09-19', {
  pupil: PUPIL,
  programme: PROGRAMME,
  school: SCHOOL,
  on: '2025-09-19',
  yearGroup: 8,
  model,
});

export const found = (eligible: boolean) =>
  event('EligibilityAssessed', '2025-10-24', {
    eligible,
    baseline: programmeFacts.baseline,
    band: programmeFacts.eligibility,
    counts: counted(eligible ? 19 : 1, 76),
    absencePercent: eligible ? 25 : 1.3158,
    knownAt: '2025-10-25T09:00:00.000Z',
  });

export const CONSENT_DAY = '2025-10-13';
export const consented = event('ConsentGiven', CONSENT_DAY, { on: CONSENT_DAY, by: 'PARENT' });
export const allocated = event('MentorAllocated', '2025-10-27', { mentor: MENTOR, on: '2025-10-27' });

/** The history of a journey for which mentoring may begin. */
export const mentored = [referred, found(true), consented, allocated];

/** What is counted after the erasure of a pupil with one journey. */
export const remains: Remains = {
  ...{ clearEvents: 0, unsealedHashes: 0, unkeyedIds: 0, claims: 2 },
  ...{ plainFileHashes: 0, reasons: 0, jobs: 0, earlierRows: 0 },
};
