import { viewsOf, type RowReader } from '@waymark/kernel';
import { safeguardingKinds, toRemindOf, type DomainEvents, type Reminders } from '@waymark/domain';
import { one, paged, find, type Found, type Page, type PageOf } from './read';
import { mentors, type MentorRow } from './directory';
import type { Names, PupilName } from './names';

interface OpenBarrier {
  readonly kind: string;
  readonly severity?: number;
  /** The kind asks for a safeguarding decision, and there is none yet. */
  readonly awaitsDecision?: true;
}

/** A journey as its mentor needs it. */
export interface CaseloadRow {
  readonly pupil: string;
  readonly programme: string;
  readonly school: string;
  readonly yearGroup: number;
  /** While the journey has one and goes on. */
  readonly mentor?: string;
  readonly allocatedOn?: string;
  readonly phase: number;
  readonly phaseName: string;
  readonly phases: readonly string[];
  readonly sessionsPlanned: number;
  /** What the assessment said; absent before it. */
  readonly eligible?: boolean;
  readonly consented: boolean;
  readonly ended: boolean;
  readonly baselineAbsencePercent: number | null;
  /** Days and minutes of what was held, and days of what was not, by session. */
  readonly sessions: Readonly<
    Record<string, { readonly on: string; readonly is: 'scheduled' | 'held' | 'missed' }>
  >;
  readonly barriers: Readonly<Record<string, OpenBarrier>>;
  /** Referrals to support that are under way, with the service and the step. */
  readonly support: Readonly<Record<string, { readonly service: string; readonly step: string }>>;
}

type Fold<Type extends keyof DomainEvents> = (
  row: CaseloadRow | null,
  event: { readonly data: DomainEvents[Type] },
) => CaseloadRow | null;

const session =
  (is: 'scheduled' | 'held' | 'missed') =>
  (row: CaseloadRow | null, { data: { session: id, on } }: { data: { session: string; on: string } }) =>
    row && { ...row, sessions: { ...row.sessions, [id]: { on, is } } };

const step =
  (to: string) =>
  (row: CaseloadRow | null, { data: { referral } }: { data: { referral: string } }) => {
    const now = row?.support[referral];
    return row && now ? { ...row, support: { ...row.support, [referral]: { ...now, step: to } } } : row;
  };

const closed: Fold<'SupportFinished' | 'ReferralDeclined' | 'ReferralWithdrawn'> = (
  row,
  { data: { referral } },
) => {
  if (!row) return row;
  const { [referral]: _closed, ...support } = row.support;
  return { ...row, support };
};

const withoutMentor = (row: CaseloadRow): CaseloadRow => {
  const { mentor: _gone, allocatedOn: _since, ...left } = row;
  return left;
};

/** Journeys by id, found by their mentor. */
export const caseloads = viewsOf<DomainEvents>()<CaseloadRow>({
  name: 'caseload',
  version: 1,
  indexes: ['mentor', 'programme'],
  on: {
    PupilReferred: (_, { data: { pupil, programme, school, yearGroup, model } }) => ({
      pupil,
      programme,
      school,
      yearGroup,
      phase: 1,
      phaseName: model.phases[0] ?? '',
      phases: model.phases,
      sessionsPlanned: model.phases.length * model.sessionsPerPhase,
      consented: false,
      ended: false,
      baselineAbsencePercent: null,
      sessions: {},
      barriers: {},
      support: {},
    }),
    EligibilityAssessed: (row, { data: { eligible, absencePercent } }) =>
      row && { ...row, eligible, baselineAbsencePercent: absencePercent },
    ConsentGiven: (row) => row && { ...row, consented: true },
    MentorAllocated: (row, { data: { mentor, on } }) => row && { ...row, mentor, allocatedOn: on },
    ConsentWithdrawn: (row) => row && { ...withoutMentor(row), consented: false },
    JourneyCompleted: (row) => row && { ...withoutMentor(row), ended: true },
    JourneyEnded: (row) => row && { ...withoutMentor(row), ended: true },
    JourneyStopped: (row) => row && { ...withoutMentor(row), ended: true },
    JourneyReopened: (row) => row && { ...row, ended: false },
    PhaseAdvanced: (row, { data: { to } }) =>
      row && { ...row, phase: to, phaseName: row.phases[to - 1] ?? '' },
    SessionScheduled: session('scheduled'),
    SessionRescheduled: (row, { data: { session: id, to } }) =>
      row && { ...row, sessions: { ...row.sessions, [id]: { on: to, is: 'scheduled' } } },
    SessionHeld: session('held'),
    SessionNotHeld: session('missed'),
    SessionCorrected: session('held'),
    SessionVoided: (row, { data: { session: id } }) => {
      if (!row) return row;
      const { [id]: _voided, ...sessions } = row.sessions;
      return { ...row, sessions };
    },
    BarrierFound: (row, { data: { barrier, kind, severity } }) =>
      row && {
        ...row,
        barriers: {
          ...row.barriers,
          [barrier]: {
            kind,
            ...(severity === undefined ? {} : { severity }),
            ...(safeguardingKinds.has(kind) ? { awaitsDecision: true as const } : {}),
          },
        },
      },
    BarrierReassessed: (row, { data: { barrier, severity } }) => {
      const known = row?.barriers[barrier];
      return row && known
        ? { ...row, barriers: { ...row.barriers, [barrier]: { ...known, severity } } }
        : row;
    },
    SafeguardingDecided: (row, { data: { barrier } }) => {
      const known = row?.barriers[barrier];
      if (!row || !known) return row;
      const { awaitsDecision: _decided, ...decided } = known;
      return { ...row, barriers: { ...row.barriers, [barrier]: decided } };
    },
    ReferralMade: (row, { data: { referral, service } }) =>
      row && { ...row, support: { ...row.support, [referral]: { service, step: 'made' } } },
    ReferralAccepted: step('accepted'),
    SupportStarted: step('started'),
    SupportFinished: closed,
    ReferralDeclined: closed,
    ReferralWithdrawn: closed,
  },
});

/** A pupil in a mentor's caseload. */
export interface CaseloadEntry {
  readonly journey: string;
  readonly pupil: string;
  /** Where whoever asks may see names, and the pupil has not been erased. */
  readonly name?: string;
  readonly school: string;
  readonly yearGroup: number;
  readonly allocatedOn?: string;
  readonly phase: number;
  readonly phaseName: string;
  readonly sessionsHeld: number;
  readonly sessionsNotHeld: number;
  readonly sessionsPlanned: number;
  readonly lastSession?: string;
  readonly nextSession?: string;
  readonly baselineAbsencePercent: number | null;
  readonly barriers: readonly ({ readonly barrier: string } & OpenBarrier)[];
  readonly support: readonly { readonly referral: string; readonly service: string; readonly step: string }[];
}

export interface Caseload extends Page<CaseloadEntry> {
  readonly mentor: string;
  readonly name?: string;
  /** Pupils in the whole caseload, not only on this page. */
  readonly pupils: number;
  /** Of what the mentor was reminded last, as far as it still is to be done. */
  readonly reminders?: Reminders & { readonly on: string };
}

/** A mentor's caseload, with names where they are given; undefined where there is no such mentor. */
export async function caseloadOf(
  rows: RowReader,
  mentor: string,
  page: PageOf,
  names?: Names,
): Promise<Caseload | undefined> {
  const appointed = await one(rows, mentors, mentor);
  if (!appointed) return undefined;
  const found = await find(rows, caseloads, { where: { mentor } });
  const { items, ...rest } = paged(found, ({ key }) => key, page);
  const called = await names?.pupils(items.map(({ row }) => row.pupil));
  const name = (await names?.mentors([mentor]))?.get(mentor);
  const reminders = appointed.reminded && leftOf(appointed.reminded, found);
  return {
    mentor,
    ...(name === undefined ? {} : { name }),
    pupils: found.length,
    ...(reminders && { reminders }),
    items: items.map(({ key, row }) => entry(key, row, called?.get(row.pupil))),
    ...rest,
  };
}

/** Of what a mentor would be reminded on a day, of the pupils in the caseload. */
export const remindersOn = (caseload: readonly Found<CaseloadRow>[], day: string): Reminders =>
  toRemindOf(
    caseload.map(({ key, row }) => ({ journey: key, ...row })),
    day,
  );

/** What is left of a reminder: nothing where all of it has been done since. */
function leftOf(
  { on, overdue, quiet }: NonNullable<MentorRow['reminded']>,
  caseload: readonly Found<CaseloadRow>[],
): Caseload['reminders'] {
  const now = remindersOn(caseload, on);
  const stillOverdue = new Set(now.overdue.map(({ journey, session }) => `${journey} ${session}`));
  const left = {
    overdue: overdue.filter(({ journey, session }) => stillOverdue.has(`${journey} ${session}`)),
    quiet: quiet.filter((journey) => now.quiet.includes(journey)),
  };
  return left.overdue.length + left.quiet.length === 0 ? undefined : { on, ...left };
}

function entry(journey: string, row: CaseloadRow, pupil: PupilName | undefined): CaseloadEntry {
  const sessions = Object.values(row.sessions);
  const days = (...kinds: string[]): string[] =>
    sessions
      .filter(({ is }) => kinds.includes(is))
      .map(({ on }) => on)
      .sort();
  const lastSession = days('held').at(-1);
  const nextSession = days('scheduled')[0];
  return {
    journey,
    pupil: row.pupil,
    ...(pupil ? { name: `${pupil.forename} ${pupil.surname}` } : {}),
    school: row.school,
    yearGroup: row.yearGroup,
    ...(row.allocatedOn === undefined ? {} : { allocatedOn: row.allocatedOn }),
    phase: row.phase,
    phaseName: row.phaseName,
    sessionsHeld: days('held').length,
    sessionsNotHeld: days('missed').length,
    sessionsPlanned: row.sessionsPlanned,
    ...(lastSession === undefined ? {} : { lastSession }),
    ...(nextSession === undefined ? {} : { nextSession }),
    baselineAbsencePercent: row.baselineAbsencePercent,
    barriers: Object.entries(row.barriers)
      .filter(([, { severity }]) => severity !== 0)
      .map(([barrier, open]) => ({ barrier, ...open })),
    support: Object.entries(row.support).map(([referral, open]) => ({ referral, ...open })),
  };
}
