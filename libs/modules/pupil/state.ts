import type { Day, Upn } from '@waymark/core/fields';
import { refuse } from '@waymark/core/kernel';
import { type Erasable, erasedRefusal, type ObjectionScope } from '@waymark/core/privacy';
import type { Remembering } from '@waymark/modules/shared/repeats';

export interface PupilDetails {
  readonly forename: string;
  readonly surname: string;
  readonly dateOfBirth: Day;
  readonly sex?: string;
}

/** The state of an objection. It is in force from the day it is raised, unless it is overridden. */
export type Objection = 'raised' | 'upheld' | 'overridden';

export interface Pupil extends Erasable, Remembering {
  readonly upn?: Upn;
  readonly former: readonly Upn[];
  /** Ids in the module `claims` of UPNs that are being taken off the pupil. */
  readonly releasing?: readonly string[];
  readonly details?: PupilDetails;
  /** Schools ordered by first day; empty before the pupil is registered. */
  readonly schools: readonly { readonly school: string; readonly from: Day }[];
  readonly restricted: boolean;
  readonly objections: Readonly<Partial<Record<ObjectionScope, Objection>>>;
  /** Ids of the legal holds in force. */
  readonly holds: readonly string[];
}

export const notKnown: Pupil = { former: [], schools: [], restricted: false, objections: {}, holds: [] };

/** Refuse to record anything about an erased pupil, except the completion of the erasure. */
export function refuseErased({ erasure }: Pupil): void {
  if (erasure) throw erasedRefusal('pupil');
}

/**
 * Refuse a change to data under a processing restriction. Commands with which the pupil exercises rights do not call
 * this.
 */
export function refuseRestricted({ restricted }: Pupil): void {
  if (restricted)
    refuse('PROCESSING_RESTRICTED', 'The pupil’s data are under a processing restriction. Lift it first.');
}

/** What the pupil currently objects to. */
export const objectsTo = ({ objections }: Pupil): ObjectionScope[] =>
  Object.entries(objections).flatMap(([scope, stands]) =>
    stands === 'overridden' ? [] : [scope as ObjectionScope],
  );

/** The pupil's school on a day; for a day before the first known school, that school. */
export const schoolOn = (pupil: Pupil, day: Day): string => stayOn(pupil, day)?.school ?? '';

/** The pupil's stay on a day: the school and its first day; undefined if the pupil is not registered. */
export const stayOn = ({ schools }: Pupil, day: Day): Pupil['schools'][number] | undefined =>
  schools.filter(({ from }) => from <= day).at(-1) ?? schools[0];
