import type { ProgrammeDefinition } from '@waymark/modules/programme';
import { defaultDisclosure } from '@waymark/modules/insights/disclosure/symbols';
import { mentors } from '@waymark/modules/mentor/views/mentors';
import { programmes } from '@waymark/modules/programme/views/programmes';
import type { SchoolDetails } from '@waymark/modules/school/state';
import { schools } from '@waymark/modules/school/views/schools';
import type { ViewRows } from './questions';

/** Two schools in different areas, a mentor at each, and their programme. */

const period = (from: string, to: string) => ({ from, to });

const programme: ProgrammeDefinition = {
  name: 'Attendance Mentoring Pilot Expansion 2025/26',
  baseline: period('2025-09-03', '2025-10-24'),
  followUp: period('2025-11-03', '2026-02-13'),
  eligibility: { minAbsencePercent: 10, maxAbsencePercentExclusive: 50 },
  caseloadCap: 25,
  deliveryModel: { version: 1, weeks: 12, sessionMinutes: 60, sessionsPerPhase: 3, phases: ['One', 'Two'] },
  terms: [],
  closures: [],
};

const school = (name: string, area: string, areaName: string, region: string): SchoolDetails => ({
  ...{ name, area, areaName, region, localAuthorityCode: '890', localAuthority: areaName },
  ...{ establishmentNumber: '4401', phase: 'Secondary', status: 'Open' },
});

const mentor = (at: string, area: string) => ({
  ...{ programme: 'ampe-2025-11', school: at, area, from: '2025-09-01', caseload: 1 },
});

export const furnished: readonly ViewRows[] = [
  [programmes, { 'ampe-2025-11': programme }],
  [
    schools,
    {
      '990401': school('Harbour Academy', 'blackpool', 'Blackpool', 'North West'),
      '990402': school('Hill School', 'hastings', 'Hastings', 'South East'),
    },
  ],
  [mentors, { 'M-1': mentor('990401', 'blackpool'), 'M-2': mentor('990402', 'hastings') }],
];

export const mentorStates = {
  'mentor M-1': { appointment: { name: 'Oscar Roberts' } },
  'mentor M-2': { appointment: { name: 'Priya Raman' } },
};

export const mentorScopes = {
  'mentor M-1': [{ mentor: 'M-1', area: 'blackpool', school: '990401', programme: 'ampe-2025-11' }],
  'mentor M-2': [{ mentor: 'M-2', area: 'hastings', school: '990402', programme: 'ampe-2025-11' }],
};

/** What figures are computed from besides rows: no published rates, and the default rule for small numbers. */
export const figureSources = {
  published: { localAuthorities: new Map<string, never>(), regions: new Map<string, never>() },
  disclosure: defaultDisclosure,
};
