import type { EventsOf, Module } from '@waymark/kernel';
import { attendance } from './attendance/attendance';
import { imports } from './import/import';
import { journey } from './journey/journey';
import { mentor } from './mentor/mentor';
import { person } from './person/person';
import { programme } from './programme/programme';
import { pupil } from './pupil/pupil';
import { school } from './school/school';

/** Every kind of thing that has a history: whoever adds one, adds it here. */
const modules = [programme, school, mentor, pupil, journey, attendance, imports, person] as const;

type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

/** Every event of the domain, from type to payload. */
export type DomainEvents = Intersection<EventsOf<(typeof modules)[number]>>;

export const domain: readonly Module[] = modules as unknown as readonly Module[];

export * from './attendance/attendance';
export * from './attendance/codes';
export * from './attendance/page';
export * from './attendance/register';
export * from './import/import';
export * from './journey/allocation';
export * from './journey/barriers';
export * from './journey/consent';
export * from './journey/eligibility';
export * from './journey/ending';
export * from './journey/journey';
export * from './journey/past';
export * from './journey/phases';
export * from './journey/referral';
export * from './journey/sessions';
export * from './journey/state';
export * from './journey/support';
export * from './mentor/appointment';
export * from './mentor/caseload';
export { CompleteMentorErasure, EraseMentor, type MentorErasureEvents } from './mentor/erasure';
export * from './mentor/mentor';
export * from './mentor/reminders';
export type { Mentor } from './mentor/state';
export * from './shared/assignment';
export { CompletePersonErasure, ErasePerson, type PersonErasureEvents } from './person/erasure';
export * from './person/person';
export type { Person } from './person/state';
export * from './programme/programme';
export * from './pupil/erasure';
export * from './pupil/holds';
export * from './pupil/identity';
export * from './pupil/objection';
export * from './pupil/pupil';
export * from './pupil/rectification';
export * from './pupil/restriction';
export type { Pupil, PupilDetails } from './pupil/state';
export * from './school/school';
export * from './shared/counts';
export * from './shared/facts';
export * from './shared/rights';
