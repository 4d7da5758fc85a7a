import type { Day } from '@waymark/core/fields';
import type { DeliveryModel } from '@waymark/modules/programme/facts';
import type { Remembering } from '@waymark/modules/shared/said';

export const modes = ['IN_PERSON', 'REMOTE'] as const;
export const places = ['SCHOOL', 'HOME', 'COMMUNITY'] as const;
export const consentGivers = ['PARENT', 'CARER', 'PUPIL'] as const;

/** A consent, from the day on which it was given. */
export interface Consent {
  readonly from: Day;
  readonly by?: (typeof consentGivers)[number];
  /** The day on which it was withdrawn. It belongs to the consent: a day is all that is known. */
  readonly until?: Day;
  /** Why it was withdrawn. */
  readonly reason?: string;
}

/** A mentor who had the pupil, from the day of the allocation. */
export interface Allocation {
  readonly mentor: string;
  readonly from: Day;
  /** The day on which it ended: it belongs to the allocation. */
  readonly until?: Day;
}

/** A session that took place. */
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

/** A session that was to be, or that did not take place. */
export interface OtherSession {
  readonly outcome: 'scheduled' | 'not held' | 'voided';
  readonly on: Day;
  readonly mentor?: string;
  /** Why it was not held. */
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

/** A pupil's way through a programme, as its events leave it. */
export interface Journey extends Remembering {
  readonly pupil?: string;
  readonly programme: string;
  readonly school: string;
  readonly referredOn: Day;
  readonly model?: DeliveryModel;
  readonly eligible?: boolean;
  /** In the order in which they were recorded, those that were withdrawn included. */
  readonly consents: readonly Consent[];
  /** The mentor at present; after the end, the last one. */
  readonly mentor?: string;
  /** In the order in which they were recorded, those that are over included. */
  readonly allocations: readonly Allocation[];
  /** The phase the journey is in: 1 for the first. */
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

/** Allocations, of which none goes on after a day. */
export const endedOn = (day: Day, allocations: readonly Allocation[]): Allocation[] =>
  allocations.map((each) => (each.until === undefined ? { ...each, until: day } : each));

export const heldSessions = ({ sessions }: Journey): HeldSession[] =>
  Object.values(sessions).filter((session): session is HeldSession => session.outcome === 'held');

/** Sessions that the journey's delivery model plans. */
export const plannedSessions = ({ model }: Journey): number =>
  model ? model.phases.length * model.sessionsPerPhase : Number.POSITIVE_INFINITY;
