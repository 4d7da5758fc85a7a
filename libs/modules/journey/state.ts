import type { Day } from '@waymark/core/fields';
import type { DeliveryModel } from '@waymark/modules/programme/facts';
import type { Remembering } from '@waymark/modules/shared/repeats';

export const modes = ['IN_PERSON', 'REMOTE'] as const;
export const places = ['SCHOOL', 'HOME', 'COMMUNITY'] as const;
export const consentGivers = ['PARENT', 'CARER', 'PUPIL'] as const;

/** One consent and the days that it covers. */
export interface Consent {
  readonly from: Day;
  readonly by?: (typeof consentGivers)[number];
  /** The day of the withdrawal. The consent still covers that day. */
  readonly until?: Day;
  /** Reason for the withdrawal. */
  readonly reason?: string;
}

/** One allocation of the pupil to a mentor. */
export interface Allocation {
  readonly mentor: string;
  readonly from: Day;
  /** The last day of the allocation. */
  readonly until?: Day;
}

/** A session that was held. */
export interface HeldSession {
  readonly outcome: 'held';
  readonly on: Day;
  readonly mentor: string;
  readonly minutes: number;
  readonly mode: (typeof modes)[number];
  readonly place: (typeof places)[number];
  /** 1 for the first phase. */
  readonly phase: number;
}

/** A session that is scheduled, was not held, or was voided. */
export interface OtherSession {
  readonly outcome: 'scheduled' | 'not held' | 'voided';
  readonly on: Day;
  readonly mentor?: string;
  /** Why the session was not held. */
  readonly reason?: string;
}

export type Session = HeldSession | OtherSession;

export interface Barrier {
  readonly kind: string;
  readonly severity?: number;
}

export const supportSteps = ['made', 'accepted', 'declined', 'started', 'finished', 'withdrawn'] as const;
export type SupportStep = (typeof supportSteps)[number];

export const endings = ['COMPLETED', 'ENDED_EARLY', 'MOVED_AWAY', 'CANCELLED', 'STOPPED'] as const;

/** The state of a journey. */
export interface Journey extends Remembering {
  readonly pupil?: string;
  readonly programme: string;
  readonly school: string;
  readonly referredOn: Day;
  readonly model?: DeliveryModel;
  readonly eligible?: boolean;
  /** In order of recording, including withdrawn consents. */
  readonly consents: readonly Consent[];
  /** The current mentor or, after the end, the last one. */
  readonly mentor?: string;
  /** In order of recording, including ended allocations. */
  readonly allocations: readonly Allocation[];
  /** The current phase; 1 for the first. */
  readonly phase: number;
  readonly sessions: Readonly<Record<string, Session>>;
  readonly barriers: Readonly<Record<string, Barrier>>;
  readonly support: Readonly<Record<string, SupportStep>>;
  readonly end?: { readonly ending: (typeof endings)[number]; readonly on: Day };
}

export const notBegun: Journey = {
  programme: '',
  school: '',
  referredOn: '',
  consents: [],
  allocations: [],
  phase: 1,
  sessions: {},
  barriers: {},
  support: {},
};

/** The allocations, with the open ones ended on a day. */
export const endedOn = (day: Day, allocations: readonly Allocation[]): Allocation[] =>
  allocations.map((each) => (each.until === undefined ? { ...each, until: day } : each));

export const heldSessions = ({ sessions }: Journey): HeldSession[] =>
  Object.values(sessions).filter((session): session is HeldSession => session.outcome === 'held');

/** Number of sessions that the delivery model plans. */
export const plannedSessions = ({ model }: Journey): number =>
  model ? model.phases.length * model.sessionsPerPhase : Number.POSITIVE_INFINITY;
