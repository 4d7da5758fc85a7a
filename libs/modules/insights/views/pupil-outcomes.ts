import type { Day } from '@waymark/core/fields';
import { type RecordedEvent, streamId, viewsOf } from '@waymark/core/kernel';
import { type RegisterPages, written } from '@waymark/modules/attendance';
import type { DomainEvents } from '@waymark/modules/domain';
import type { NotHeldKind } from '@waymark/modules/journey';

/** A session as counted in KPIs. */
export type CountedSession =
  { readonly on: Day; readonly minutes: number } | { readonly on: Day; readonly notHeld: NotHeldKind };

/** A journey as counted in KPIs: the day on which it reached each step of the funnel. */
export interface JourneyKpi {
  readonly programme: string;
  readonly school: string;
  /** The latest mentor, also after the journey has ended. */
  readonly mentor?: string;
  readonly referred: Day;
  readonly eligible?: Day;
  readonly consented?: Day;
  readonly allocated?: Day;
  readonly completed?: Day;
  readonly sessions: Readonly<Record<string, CountedSession>>;
}

/** A pupil's journeys and register. */
export interface KpiRow {
  readonly journeys: Readonly<Record<string, JourneyKpi>>;
  readonly pages: RegisterPages;
}

type JourneyFold<Type extends keyof DomainEvents> = (
  journey: JourneyKpi,
  data: DomainEvents[Type],
) => JourneyKpi;

/** Fold an event into its journey. */
const journey =
  <Type extends keyof DomainEvents>(fold: JourneyFold<Type>) =>
  (row: KpiRow | null, { stream, data }: RecordedEvent<string, DomainEvents[Type]>): KpiRow | null => {
    const id = streamId(stream);
    const known = row?.journeys[id];
    return row && known ? { ...row, journeys: { ...row.journeys, [id]: fold(known, data) } } : row;
  };

const counted = (to: JourneyKpi, id: string, session: CountedSession): JourneyKpi => ({
  ...to,
  sessions: { ...to.sessions, [id]: session },
});

/** Journeys and register by pupil: the source of the KPIs of regions, areas, schools and mentors. */
export const pupilOutcomes = viewsOf<DomainEvents>()<KpiRow>({
  name: 'pupil-outcomes',
  formerly: 'regional-kpis',
  version: 1,
  indexes: [],
  key: ({ stream, metadata }) => metadata.subject ?? stream,
  on: {
    AttendanceRecorded: (row, { data: { marks } }) => ({
      journeys: row?.journeys ?? {},
      pages: written(row?.pages ?? {}, marks),
    }),
    PupilReferred: (row, { stream, data: { programme, school, on } }) => ({
      pages: row?.pages ?? {},
      journeys: {
        ...row?.journeys,
        [streamId(stream)]: { programme, school, referred: on, sessions: {} },
      },
    }),
    EligibilityAssessed: journey<'EligibilityAssessed'>(
      ({ eligible: _before, ...rest }, { eligible, knownAt }) =>
        eligible ? { ...rest, eligible: knownAt.slice(0, 10) } : rest,
    ),
    ConsentGiven: journey<'ConsentGiven'>((known, { on }) => ({
      ...known,
      consented: known.consented ?? on,
    })),
    MentorAllocated: journey<'MentorAllocated'>((known, { mentor, on }) => ({
      ...known,
      mentor,
      allocated: known.allocated ?? on,
    })),
    SessionHeld: journey<'SessionHeld'>((known, { session, on, minutes }) =>
      counted(known, session, { on, minutes }),
    ),
    SessionCorrected: journey<'SessionCorrected'>((known, { session, on, minutes }) =>
      counted(known, session, { on, minutes }),
    ),
    SessionNotHeld: journey<'SessionNotHeld'>((known, { session, on, kind }) =>
      counted(known, session, { on, notHeld: kind }),
    ),
    SessionVoided: journey<'SessionVoided'>((known, { session }) => {
      const { [session]: _voided, ...sessions } = known.sessions;
      return { ...known, sessions };
    }),
    JourneyCompleted: journey<'JourneyCompleted'>((known, { on }) => ({ ...known, completed: on })),
    JourneyReopened: journey<'JourneyReopened'>(({ completed: _taken, ...rest }) => rest),
  },
});
