import { once } from 'node:events';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addDays, isWeekend } from '@waymark/core/fields';
import { upnOf } from '../support/made-up';

const AREAS = [
  'Blackpool',
  'Hartlepool',
  'Hastings',
  'Ipswich',
  'Norwich',
  'Nottingham',
  'Portsmouth',
  'Rochdale',
  'Walsall',
  'West Somerset',
];
const SCHOOLS = 40;
const MENTORS = 50;

const urnOf = (school: number): string => String(990_001 + school);

export interface ProgrammeSize {
  readonly pupils: number;
  readonly days: number;
  /** Whether there is consent, so that pupils are allocated to mentors. */
  readonly consent?: boolean;
}

/** The programme's id. */
export const PROGRAMME = 'bench';

/** Write the files of an invented programme: 40 schools, 50 mentors, and for each pupil a row for every school day. */
export async function writeProgramme(
  folder: string,
  { pupils, days, consent = true }: ProgrammeSize,
): Promise<void> {
  mkdirSync(join(folder, 'registers'), { recursive: true });
  writeFileSync(
    join(folder, 'programme.json'),
    JSON.stringify({
      id: PROGRAMME,
      name: 'Bench',
      baseline: ['2025-09-01', '2025-10-24'],
      followUp: ['2025-11-03', '2026-02-13'],
      terms: [],
      closures: [],
      eligibility: { minAbsencePercent: 10, maxAbsencePercentExclusive: 50 },
      caseloadCap: 100,
      deliveryModel: {
        version: 1,
        weeks: 12,
        sessionMinutes: 60,
        sessionsPerPhase: 3,
        phases: ['One', 'Two', 'Three', 'Four'],
      },
    }),
  );
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number);
  const table = (name: string, header: string, rows: readonly string[]): void =>
    writeFileSync(join(folder, name), [header, ...rows, ''].join('\r\n'));
  table(
    'schools.csv',
    'URN,LA (code),LA (name),EstablishmentNumber,EstablishmentName,PhaseOfEducation (name),EstablishmentStatus (name),GOR (name),Area',
    numbers(SCHOOLS).map(
      (school) =>
        `${urnOf(school)},890,Blackpool,${String(4000 + school)},School ${String(school)},Secondary,Open,North West,${AREAS[school % 10]!}`,
    ),
  );
  table(
    'mentors.csv',
    'MentorId,Name,Area,SchoolURN,StartDate',
    numbers(MENTORS).map(
      (mentor) =>
        `M-${String(mentor)},Mentor ${String(mentor)},${AREAS[mentor % 10]!},${urnOf(mentor % SCHOOLS)},2025-09-01`,
    ),
  );
  table(
    'referrals.csv',
    'UPN,Forename,Surname,DateOfBirth,YearGroup,Sex,SchoolURN,ReferredOn,FreeSchoolMeals,SENProvision,EAL,ConsentGivenOn,Barriers',
    numbers(pupils).map(
      (pupil) =>
        `${upnOf(pupil)},Fore${String(pupil)},Sur${String(pupil)},2013-02-15,8,F,${urnOf(pupil % SCHOOLS)},2025-09-19,Y,N,N,${consent ? '2025-10-13' : ''},TRANSPORT;ROUTINES`,
    ),
  );
  table(
    'sessions.csv',
    'UPN,MentorId,Date,Outcome,Minutes,Mode,Location,Phase',
    numbers(pupils).flatMap((pupil) =>
      numbers(6).map(
        (week) =>
          `${upnOf(pupil)},M-${String(pupil % MENTORS)},${addDays('2025-11-03', week * 7)},HELD,60,IN_PERSON,SCHOOL,${String(Math.floor(week / 3) + 1)}`,
      ),
    ),
  );
  await writeRegister(join(folder, 'registers', 'all.csv'), { pupils, days });
}

/** Absent in about a sixth of the sessions, so that most pupils are eligible. */
async function writeRegister(file: string, { pupils, days }: ProgrammeSize): Promise<void> {
  const out = createWriteStream(file);
  out.write('URN,UPN,Date,AM,PM,RecordedAt\r\n');
  const schoolDays: string[] = [];
  for (let day = '2025-09-01'; schoolDays.length < days; day = addDays(day, 1))
    if (!isWeekend(day)) schoolDays.push(day);
  for (let pupil = 0; pupil < pupils; pupil += 1) {
    const rows = schoolDays.map((day, index) => {
      const absent = (pupil * 7 + index) % 6 === 0;
      return `${urnOf(pupil % SCHOOLS)},${upnOf(pupil)},${day},${absent ? 'I' : '/'},${absent ? 'O' : '\\'},${day}T16:00:00Z\r\n`;
    });
    if (!out.write(rows.join(''))) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}
