import { columns } from '@waymark/core/imports';

/** Files of a programme with a few pupils at two schools, as text. */

export { temporaryUpnOf, upnOf } from '../support/made-up';

/** The UPN with a wrong check letter. */
export const misspelt = (upn: string): string => (upn.startsWith('A') ? 'B' : 'A') + upn.slice(1);

export const HARBOUR = '990401';
export const NORTHGATE = '990402';

export const programme = {
  id: 'pilot-2025',
  name: 'Pilot',
  baseline: ['2025-09-03', '2025-10-24'],
  followUp: ['2025-11-03', '2026-02-13'],
  eligibility: { minAbsencePercent: 10, maxAbsencePercentExclusive: 50 },
  caseloadCap: 25,
  deliveryModel: {
    version: 1,
    weeks: 12,
    sessionMinutes: 60,
    sessionsPerPhase: 3,
    phases: ['Trust', 'Goals', 'Support', 'Reintegration'],
  },
};

export const table = (kind: keyof typeof columns, ...rows: string[]): string =>
  [columns[kind].join(','), ...rows, ''].join('\n');

export const school = (urn: string, name: string): string =>
  `${urn},890,Blackpool,44${urn.slice(-2)},${name},Secondary,Open,North West,Blackpool`;

export const schools = table('schools', school(HARBOUR, 'Harbour'), school(NORTHGATE, 'Northgate'));

/** A file of mentors by id, with their schools; one mentor at each school by default. */
export const mentors = (
  at: Readonly<Record<string, string>> = { 'M-1': HARBOUR, 'M-2': NORTHGATE },
): string =>
  table(
    'mentors',
    ...Object.entries(at).map(([id, urn]) => `${id},Mentor ${id},Blackpool,${urn},2025-09-01`),
  );

const referral = {
  forename: 'Zara',
  surname: 'Farouk',
  dateOfBirth: '2013-02-15',
  year: '8',
  sex: 'F',
  school: HARBOUR,
  on: '2025-09-19',
  meals: 'Y',
  sen: 'N',
  eal: 'N',
  consentOn: '2025-10-13',
  barriers: 'TRANSPORT;ROUTINES',
};

export const referred = (upn: string, changes: Partial<typeof referral> = {}): string =>
  [upn, ...Object.values({ ...referral, ...changes })].join(',');

export const referrals = (...rows: string[]): string => table('referrals', ...rows);
export const registers = (...rows: string[]): string => table('registers', ...rows);
export const sessions = (...rows: string[]): string => table('sessions', ...rows);

/** A register row for a day, recorded at 16:00 by default. */
export const marked = (
  upn: string,
  on: string,
  marks = '/\\',
  { at = `${on}T16:00:00Z`, urn = HARBOUR } = {},
): string => {
  const [am, pm] = marks.includes(' ') ? marks.split(' ') : [...marks];
  return [urn, upn, on, am, pm, at].join(',');
};

/** A week of the baseline with one day of illness: 20% absence, persistent but not severe. */
export const persistent = (upn: string, urn = HARBOUR): string[] =>
  ['15', '16', '17', '18', '19'].map((day) =>
    marked(upn, `2025-09-${day}`, day === '17' ? 'II' : '/\\', { urn }),
  );

export const held = (
  upn: string,
  on: string,
  { mentor = 'M-1', outcome = 'HELD', minutes = '60', phase = '1' } = {},
): string => [upn, mentor, on, outcome, minutes, 'IN_PERSON', 'SCHOOL', phase].join(',');
