import { type View, viewsOf } from '@waymark/core/kernel';
import { safeguardingKinds } from '../barriers';
import type { JourneyEvents } from '../journey';

export interface OpenBarrier {
  readonly kind: string;
  readonly severity?: number;
  /** True if the kind needs a safeguarding decision that has not been made yet. */
  readonly awaitsDecision?: true;
}

/** The steps of an open support referral. */
export const openSteps = ['made', 'accepted', 'started'] as const;
type OpenStep = (typeof openSteps)[number];

interface SessionSummary {
  readonly on: string;
  readonly is: 'scheduled' | 'held' | 'not held';
}

/** A journey as its mentor needs it. */
export interface CaseloadRow {
  readonly pupil: string;
  readonly programme: string;
  readonly school: string;
  readonly yearGroup: number;
  /** Absent if the journey has no mentor or has ended. */
  readonly mentor?: string;
  readonly allocatedOn?: string;
  readonly phase: number;
  readonly phaseName: string;
  readonly phases: readonly string[];
  readonly sessionsPlanned: number;
  /** The result of the latest eligibility assessment; absent before it. */
  readonly eligible?: boolean;
  readonly consented: boolean;
  readonly ended: boolean;
  readonly baselineAbsencePercent: number | null;
  /** Day and state of each session, by the session's id. */
  readonly sessions: Readonly<Record<string, SessionSummary>>;
  readonly barriers: Readonly<Record<string, OpenBarrier>>;
  /** Open support referrals by id. Their services are typed text, which views do not hold. */
  readonly support: Readonly<Record<string, { readonly step: OpenStep }>>;
}

type Fold<Type extends keyof JourneyEvents> = (
  row: CaseloadRow | null,
  event: { readonly data: JourneyEvents[Type] },
) => CaseloadRow | null;

/** Folds the day and the outcome of a session. Rows of version 1 have `missed` for a session that was not held. */
const session =
  (is: SessionSummary['is'] | 'missed') =>
  (row: CaseloadRow | null, { data: { session: id, on } }: { data: { session: string; on: string } }) =>
    row && { ...row, sessions: { ...row.sessions, [id]: { on, is: is as SessionSummary['is'] } } };

const step =
  (to: OpenStep) =>
  (row: CaseloadRow | null, { data: { referral } }: { data: { referral: string } }) => {
    return row?.support[referral] ? { ...row, support: { ...row.support, [referral]: { step: to } } } : row;
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

const caseloadView = (
  version: number,
  notHeld: 'not held' | 'missed',
  former?: View<CaseloadRow>['former'],
): View<CaseloadRow> =>
  viewsOf<JourneyEvents>()<CaseloadRow>({
    name: 'caseload',
    version,
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
      SessionNotHeld: session(notHeld),
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
      ReferralMade: (row, { data: { referral } }) =>
        row && { ...row, support: { ...row.support, [referral]: { step: 'made' } } },
      ReferralAccepted: step('accepted'),
      SupportStarted: step('started'),
      SupportFinished: closed,
      ReferralDeclined: closed,
      ReferralWithdrawn: closed,
    },
    ...(former && { former }),
  });

/** Converts a row of version 1, in which a session that was not held is `missed`. */
function withoutMissed(row: object): CaseloadRow {
  const { sessions, ...rest } = withoutServices(row);
  const converted = Object.entries(sessions).map(([id, { on, is }]) => {
    const missed = (is as string) === 'missed';
    return [id, { on, is: missed ? ('not held' as const) : is }] as const;
  });
  return { ...rest, sessions: Object.fromEntries(converted) };
}

/** Converts a row of version 1 or 2, in which a support referral may contain the service. */
function withoutServices(row: object): CaseloadRow {
  const { support, ...rest } = row as CaseloadRow;
  const steps = Object.entries(support).map(
    ([referral, { step: now }]) => [referral, { step: now }] as const,
  );
  return { ...rest, support: Object.fromEntries(steps) };
}

/** Journeys by id, found by their mentor. */
export const caseloads = caseloadView(3, 'not held', [
  { view: caseloadView(2, 'not held') as View, read: withoutServices },
  { view: caseloadView(1, 'missed') as View, read: withoutMissed },
]);
