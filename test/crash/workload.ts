import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from '@waymark/core/commands';
import { Refusal } from '@waymark/core/kernel';
import { RecordAttendance } from '@waymark/modules/attendance';
import {
  AssessEligibility,
  GiveConsent,
  HoldSession,
  RecordSessionNotHeld,
  ReferPupil,
  ScheduleSession,
  WithdrawConsent,
} from '@waymark/modules/journey';
import { AllocatePupil, AppointMentor } from '@waymark/modules/mentor';
import { DefineProgramme } from '@waymark/modules/programme';
import { RegisterPupil } from '@waymark/modules/pupil';
import { RegisterSchool } from '@waymark/modules/school';
import type { Platform } from '@waymark/platform';
import { range } from '../support/events';
import { harbourAcademy, idOf, upnOf } from '../support/made-up';
import { command } from '../support/spec';

const PROGRAMME = 'ampe-2025-11';
const SCHOOL = '990401';
/** The caseload cap of a mentor. */
export const CAP = 10;
/** The mentor to whom all waiting pupils are to be allocated. */
const WANTED = 'M-0';
/**
 * Number of pupils who are new, who wait for a mentor, and who have one. Each has a client that sends one command after the
 * other.
 */
const CLIENTS = { newcomers: 80, waiting: 80, mentored: 40 };
/** How long the slowest client pauses between commands, in milliseconds, so that the clients do not run in step. */
const SLOWEST = 5;
const [COME, WAIT] = [CLIENTS.newcomers, CLIENTS.newcomers + CLIENTS.waiting];

/** A command with its idempotency key. It is sent `unless` the command with that key was accepted. */
interface Step {
  readonly key: string;
  readonly module: string;
  readonly id: string;
  readonly command: object;
  readonly unless?: string;
}

/** The answer or refusal that a client received. */
export type Told = { readonly key: string } & (Answer | { readonly refused: string });

const pupil = (n: number): string => idOf('pupil', String(n));
const journey = (n: number): string => idOf('journey', String(n));
const sessionOf = (n: number, on: string): string => idOf('session', String(n), on);
const mentorOf = (n: number): string => (n < WAIT ? `M-${String(1 + (n % 8))}` : `M-${String(9 + (n % 4))}`);

const to = (module: string, id: string, sent: object, label = ''): Step => ({
  key: `${id} ${sent.constructor.name} ${label}`,
  module,
  id,
  command: sent,
});

const toJourney = (n: number, sent: object, label = ''): Step => to('journey', journey(n), sent, label);

const held = (n: number, on: string): Step => {
  const [session, mentor] = [sessionOf(n, on), mentorOf(n)];
  const details = { minutes: 60, mode: 'IN_PERSON', place: 'SCHOOL' } as const;
  return toJourney(n, command(HoldSession, { session, mentor, on, ...details }), on);
};

const notHeld = (n: number, on: string): Step => {
  const [session, mentor] = [sessionOf(n, on), mentorOf(n)];
  return toJourney(n, command(RecordSessionNotHeld, { session, mentor, on, reason: 'PUPIL_ILL' }));
};

const allocated = (n: number, mentor: string): Step =>
  to('mentor', mentor, command(AllocatePupil, { journey: journey(n), on: '2025-10-27' }), journey(n));

/** The commands from the registration up to the assessment. */
const coming = (n: number): Step[] => {
  const [on, school] = ['2025-09-19', SCHOOL];
  const name = { forename: 'Zara', surname: `Farouk ${String(n)}` };
  const person = { upn: upnOf(n), ...name, dateOfBirth: '2013-02-15', school, schoolFrom: '2025-09-01' };
  const marks = range(5).map((day) => ({
    on: `2025-09-${String(15 + day)}`,
    am: day === 0 ? 'I' : '/',
    pm: '\\',
    at: `2025-09-${String(15 + day)}T16:00:00Z`,
  }));
  return [
    to('pupil', pupil(n), command(RegisterPupil, person)),
    toJourney(n, command(ReferPupil, { pupil: pupil(n), programme: PROGRAMME, school, on, yearGroup: 8 })),
    to('attendance', pupil(n), command(RecordAttendance, { school, marks })),
    toJourney(n, command(GiveConsent, { on: '2025-10-13', by: 'PARENT' })),
    toJourney(n, new AssessEligibility()),
  ];
};

/** The commands that are sent before the clients start. */
const before = (): Step[] => [
  to('programme', PROGRAMME, programme),
  to('school', SCHOOL, school),
  ...range(13).map((n) => to('mentor', `M-${String(n)}`, command(AppointMentor, appointment))),
];

/** The commands of each client, in order. */
const clients = (): Step[][] => [
  ...range(COME).map(coming),
  ...range(CLIENTS.waiting).map((each) => {
    const n = COME + each;
    const wanted = allocated(n, WANTED);
    const instead = { ...allocated(n, mentorOf(n)), unless: wanted.key };
    return [wanted, instead, held(n, '2025-11-03'), notHeld(n, '2025-11-10')];
  }),
  ...range(CLIENTS.mentored).map((each) => {
    const n = WAIT + each;
    const [session, mentor, on] = [sessionOf(n, '2025-11-10'), mentorOf(n), '2025-11-10'];
    const planned = toJourney(n, command(ScheduleSession, { session, mentor, on }));
    const left = toJourney(n, command(WithdrawConsent, { on: '2025-12-01' }));
    return [planned, held(n, '2025-11-03'), held(n, on), notHeld(n, '2025-11-17'), left];
  }),
];

/** The number of answers and refusals without kills. */
export const answersInAll = (): number => clients().flat().length - CAP;

export async function prepare(platform: Platform): Promise<void> {
  const nobody = (): void => undefined;
  for (const step of before()) await client(platform, [step], nobody);
  const pupils = range(CLIENTS.waiting + CLIENTS.mentored).map((each) => COME + each);
  await Promise.all(
    pupils.map((n) =>
      client(platform, n < WAIT ? coming(n) : [...coming(n), allocated(n, mentorOf(n))], nobody),
    ),
  );
  await platform.settle();
}

/** Run all clients concurrently, and report each answer as soon as it arrives. */
export async function work(platform: Platform, told: (answer: Told) => void): Promise<void> {
  await Promise.all(clients().map((steps, n) => client(platform, steps, told, n % SLOWEST)));
}

async function client(
  platform: Platform,
  steps: readonly Step[],
  told: (answer: Told) => void,
  rest = 0,
): Promise<void> {
  const accepted = new Set<string>();
  for (const { key, unless, ...step } of steps) {
    if (unless !== undefined && accepted.has(unless)) continue;
    try {
      const answer = await platform.submitter.submit({ ...step, actor: 'client', idempotencyKey: key });
      accepted.add(key);
      told({ key, ...answer });
      // The pupil has the mentor's place once the journey has confirmed it.
      if (step.module === 'mentor') await platform.reactor.reached(answer.position, 30_000);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      told({ key, refused: error.code });
    }
    await pause(rest);
  }
}

const programme = command(DefineProgramme, {
  name: 'Attendance Mentoring Pilot Expansion 2025/26',
  baseline: { from: '2025-09-03', to: '2025-10-24' },
  followUp: { from: '2025-11-03', to: '2026-02-13' },
  eligibility: { minAbsencePercent: 10, maxAbsencePercentExclusive: 50 },
  caseloadCap: CAP,
  deliveryModel: {
    version: 1,
    weeks: 12,
    sessionMinutes: 60,
    sessionsPerPhase: 3,
    phases: ['Trust', 'Goals'],
  },
});

const school = command(RegisterSchool, harbourAcademy);

const appointment = { name: 'Oscar Roberts', programme: PROGRAMME, school: SCHOOL, from: '2025-09-01' };
