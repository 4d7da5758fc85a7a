import { addDays } from '@waymark/core/fields';
import type { ActingRole, Role } from '@waymark/core/kernel';
import { marks, programme } from '../api/client';
import { harbourAcademy, temporaryUpnOf } from '../support/made-up';
import { overIn, type Part } from './parts';

/** A command in a part: its target, and its body. */
export interface Sent {
  readonly module: string;
  readonly id: string;
  readonly body: object;
}

/** A command, and the commands that make it possible. `{ part }` has a pupil with a place in a mentor's caseload. */
export interface Scenario {
  readonly first?: (part: Part, role: ActingRole) => readonly (readonly [name: string, sent: Sent])[];
  readonly send: (part: Part, role: ActingRole) => Sent;
}

const ID = '5d0c2b1a-4e3f-4a6b-8c7d-9e0f1a2b3c4d';
const TODAY = '2026-02-15';
const WHY = 'The family said so.';

/** An id of a new thing in a part. */
const fresh = ({ pupil }: Part): string => `7${pupil.slice(1)}`;

const toPupil =
  (body: object) =>
  (part: Part): Sent => ({ module: 'pupil', id: part.pupil, body });
const toJourney =
  (body: object) =>
  (part: Part): Sent => ({ module: 'journey', id: part.journey, body });
const toPerson =
  (body: object) =>
  (part: Part): Sent => ({ module: 'person', id: fresh(part), body });
const then =
  (...sent: readonly (readonly [name: string, (part: Part) => Sent])[]) =>
  (part: Part) =>
    sent.map(([name, send]) => [name, send(part)] as const);

const session = { session: ID, reason: WHY };
const held = {
  ...{ session: ID, on: '2025-11-03', minutes: 60, mode: 'IN_PERSON', place: 'SCHOOL' },
  phase: 1,
};
const hold = (part: Part): Sent => toJourney({ ...held, mentor: part.mentor })(part);
/** A session in each phase, so that the journey is in its last one. */
const everyPhase = (part: Part) =>
  [1, 2, 3, 4].map((phase) => {
    const session = `${ID.slice(0, -1)}${String(phase)}`;
    const body = { ...held, session, phase, on: addDays(held.on, 7 * phase), mentor: part.mentor };
    return ['HoldSession', toJourney(body)(part)] as const;
  });
const schedule = (part: Part): Sent =>
  toJourney({ session: ID, mentor: part.mentor, on: '2025-11-03' })(part);
const barrier = { barrier: ID, kind: 'EXPLOITATION_RISK', by: 'MENTOR', on: '2025-11-03' };
const madeReferral = { referral: ID, service: 'Early Help', on: '2025-11-03' };
const [make, accept, start] = [
  ['MakeReferral', toJourney(madeReferral)],
  ['AcceptReferral', toJourney({ referral: ID, on: '2025-11-10' })],
  ['StartSupport', toJourney({ referral: ID, on: '2025-11-17' })],
] as const;
const registerPerson = [
  'RegisterPerson',
  (part: Part) => toPerson({ subject: `subject of ${part.school}`, name: 'Somebody' })(part),
] as const;

const toDispute =
  (body: object) =>
  (part: Part): Sent => ({ module: 'dispute', id: fresh(part), body });
const contest = (part: Part): Sent => toDispute({ upn: part.upn, school: part.school, reason: WHY })(part);

/** The role that a role may give, over the part. */
const given = (part: Part, role: ActingRole): object => {
  const wanted: Role =
    role === 'area-manager' ? 'school-lead' : role === 'programme-administrator' ? 'mentor' : 'operations';
  return { assignment: ID, role: wanted, ...overIn(part, wanted), from: '2025-09-01' };
};

/** A school in the same area, region and programme as that of the part. */
export const second = ({ school }: Part): string => String(Number(school) + 4_000);
const joined = (part: Part) =>
  [
    [
      'RegisterSchool',
      {
        module: 'school',
        id: second(part),
        body: { ...harbourAcademy, area: part.areaName, region: part.region },
      },
    ],
    ['JoinProgramme', { module: 'school', id: second(part), body: { programme: part.programme } }],
  ] as const;

/** Every command that has a route. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  DefineProgramme: {
    send: (part) => ({ module: 'programme', id: part.programme, body: { ...programme, caseloadCap: 30 } }),
  },
  RegisterSchool: {
    send: (part) => ({
      ...{ module: 'school', id: part.school },
      body: { ...harbourAcademy, area: part.areaName, region: part.region, name: 'Harbour Academy' },
    }),
  },
  JoinProgramme: {
    send: (part) => ({ module: 'school', id: part.school, body: { programme: part.programme } }),
  },
  LeaveProgramme: {
    send: (part) => ({ module: 'school', id: part.school, body: { programme: part.programme } }),
  },
  AppointMentor: {
    send: (part) => ({
      ...{ module: 'mentor', id: `${part.mentor}-new` },
      body: { name: 'Somebody', programme: part.programme, school: part.school, from: '2025-09-01' },
    }),
  },
  AllocatePupil: {
    first: (part) => [['AppointMentor', scenarios['AppointMentor']!.send(part, 'mentor')]],
    send: (part) => ({
      ...{ module: 'mentor', id: `${part.mentor}-new` },
      body: { journey: part.journey, on: '2025-11-10' },
    }),
  },
  RegisterPupil: {
    send: (part) => ({
      ...{ module: 'pupil', id: fresh(part) },
      body: {
        ...{ upn: temporaryUpnOf(Number(part.school)), forename: 'Ada', surname: 'Osei' },
        ...{ dateOfBirth: '2013-02-15', school: part.school, schoolFrom: '2025-09-01' },
      },
    }),
  },
  ChangeUpn: { send: (part) => toPupil({ upn: temporaryUpnOf(Number(part.school)) })(part) },
  CorrectPupilDetails: {
    send: toPupil({ forename: 'Ada', surname: 'Osei', dateOfBirth: '2013-02-16', reason: WHY }),
  },
  MoveSchool: { first: joined, send: (part) => toPupil({ school: second(part), from: '2026-01-05' })(part) },
  RefuseRectification: { send: toPupil({ on: TODAY, reason: WHY }) },
  RestrictProcessing: { send: toPupil({ ground: 'ACCURACY_CONTESTED', on: TODAY }) },
  LiftRestriction: {
    first: then(['RestrictProcessing', toPupil({ ground: 'ACCURACY_CONTESTED', on: TODAY })]),
    send: toPupil({ on: TODAY }),
  },
  RaiseObjection: { send: toPupil({ scope: 'RESEARCH', on: TODAY }) },
  DecideObjection: {
    first: then(['RaiseObjection', toPupil({ scope: 'RESEARCH', on: TODAY })]),
    send: toPupil({ scope: 'RESEARCH', outcome: 'UPHELD', on: TODAY, reason: WHY }),
  },
  PlaceLegalHold: { send: toPupil({ hold: ID, on: TODAY, reason: WHY }) },
  LiftLegalHold: {
    first: then(['PlaceLegalHold', toPupil({ hold: ID, on: TODAY, reason: WHY })]),
    send: toPupil({ hold: ID, on: TODAY }),
  },
  RefuseErasure: { send: toPupil({ ground: 'LEGAL_OBLIGATION', on: TODAY, reason: WHY }) },
  ReferPupil: {
    // The referral of a pupil who has no journey yet.
    first: (part) => [['RegisterPupil', scenarios['RegisterPupil']!.send(part, 'mentor')]],
    send: (part) => ({
      ...{ module: 'journey', id: fresh(part) },
      body: {
        ...{ pupil: fresh(part), programme: part.programme, school: part.school },
        ...{ on: '2025-09-19', yearGroup: 8 },
      },
    }),
  },
  GiveConsent: { send: toJourney({ on: '2025-10-20', by: 'PUPIL' }) },
  WithdrawConsent: { send: toJourney({ on: '2025-12-01' }) },
  AssessEligibility: {
    first: (part) => [
      [
        'RecordAttendance',
        {
          ...{ module: 'attendance', id: part.pupil },
          body: {
            school: part.school,
            marks: [{ on: '2025-09-10', am: 'I', pm: 'I', at: '2025-09-10T16:00:00Z' }],
          },
        },
      ],
    ],
    send: toJourney({}),
  },
  ScheduleSession: { send: schedule },
  RescheduleSession: {
    first: then(['ScheduleSession', schedule]),
    send: toJourney({ ...session, to: '2025-11-05' }),
  },
  HoldSession: { send: hold },
  RecordSessionNotHeld: {
    send: (part) =>
      toJourney({ session: ID, mentor: part.mentor, on: '2025-11-03', reason: 'PUPIL_ILL' })(part),
  },
  CorrectSession: { first: then(['HoldSession', hold]), send: toJourney({ ...session, minutes: 45 }) },
  VoidSession: { first: then(['HoldSession', hold]), send: toJourney(session) },
  AdvancePhase: { first: then(['HoldSession', hold]), send: toJourney({ to: 2, on: '2025-11-24' }) },
  RecordPhaseOutcome: { send: toJourney({ phase: 1, outcome: 'ACHIEVED', on: '2025-11-21' }) },
  RecordBarrier: { send: toJourney(barrier) },
  ReassessBarrier: {
    first: then(['RecordBarrier', toJourney(barrier)]),
    send: toJourney({ barrier: ID, severity: 1, on: '2025-12-08' }),
  },
  DecideSafeguarding: {
    first: then(['RecordBarrier', toJourney(barrier)]),
    send: toJourney({ barrier: ID, decision: 'SHARED_WITH_LEAD', on: '2025-11-04' }),
  },
  MakeReferral: { send: make[1] },
  AcceptReferral: { first: then(make), send: accept[1] },
  DeclineReferral: {
    first: then(make),
    send: toJourney({ referral: ID, reason: WHY, on: '2025-11-10' }),
  },
  StartSupport: { first: then(make, accept), send: start[1] },
  FinishSupport: {
    first: then(make, accept, start),
    send: toJourney({ referral: ID, outcome: 'A bus pass was granted.', on: '2026-01-12' }),
  },
  WithdrawReferral: {
    first: then(make),
    send: toJourney({ referral: ID, reason: WHY, on: '2025-12-01' }),
  },
  CompleteJourney: { first: everyPhase, send: toJourney({ on: '2026-02-06' }) },
  EndJourney: { send: toJourney({ ending: 'MOVED_AWAY', reason: WHY, on: '2025-12-12' }) },
  ReopenJourney: {
    first: then(['EndJourney', toJourney({ ending: 'MOVED_AWAY', reason: WHY, on: '2025-12-12' })]),
    send: toJourney({ reason: WHY }),
  },
  RecordAttendance: {
    send: (part) => ({
      ...{ module: 'attendance', id: part.pupil },
      body: {
        school: part.school,
        marks: marks.map((mark) => ({
          ...mark,
          on: addDays(mark.on, 7),
          at: `${addDays(mark.on, 7)}T16:00:00Z`,
        })),
      },
    }),
  },
  ContestUpn: { send: contest },
  RejectDispute: { first: then(['ContestUpn', contest]), send: toDispute({ reason: WHY }) },
  UpholdDispute: { first: then(['ContestUpn', contest]), send: toDispute({ reason: WHY }) },
  RegisterPerson: { send: registerPerson[1] },
  AssignRole: { first: then(registerPerson), send: (part, role) => toPerson(given(part, role))(part) },
  EndRole: {
    first: (part, role) => [
      [registerPerson[0], registerPerson[1](part)],
      ['AssignRole', toPerson(given(part, role))(part)],
    ],
    send: toPerson({ assignment: ID, on: '2026-03-01' }),
  },
  LeavePerson: {
    first: then(registerPerson, [
      'AssignRole',
      (part) => toPerson(given(part, 'access-administrator'))(part),
    ]),
    send: toPerson({ on: '2026-03-01' }),
  },
};
