import type { Day, Upn } from '@waymark/core/fields';
import { refuse } from '@waymark/core/kernel';
import type { Erasable, ObjectionScope } from '@waymark/core/privacy';
import type { Remembering } from '@waymark/modules/shared/said';

export interface PupilDetails {
  readonly forename: string;
  readonly surname: string;
  readonly dateOfBirth: Day;
  readonly sex?: string;
}

/** How far an objection has come. It holds from when it was raised, unless it is overridden. */
export type Objection = 'raised' | 'upheld' | 'overridden';

export interface Pupil extends Erasable, Remembering {
  readonly upn?: Upn;
  readonly former: readonly Upn[];
  readonly details?: PupilDetails;
  /** Schools in the order of the days from which on the pupil was there; none before the pupil is known. */
  readonly schools: readonly { readonly school: string; readonly from: Day }[];
  readonly restricted: boolean;
  readonly objections: Readonly<Partial<Record<ObjectionScope, Objection>>>;
  /** Legal holds that stand, by their ids. */
  readonly holds: readonly string[];
}

export const notKnown: Pupil = { former: [], schools: [], restricted: false, objections: {}, holds: [] };

/** Nothing is recorded of a pupil who was erased but what became of the erasure. */
export function refuseErased({ erasure }: Pupil): void {
  if (erasure) refuse('PUPIL_ERASED', 'The pupil’s data were erased. Nothing more can be recorded of them.');
}

/** What of a pupil's data is restricted is kept and, but for what the pupil wants of it, left alone. */
export function refuseRestricted({ restricted }: Pupil): void {
  if (restricted)
    refuse(
      'PROCESSING_RESTRICTED',
      'The pupil’s data may not be used at present. Lift the restriction first.',
    );
}

/** What the pupil objects to at present. */
export const objectsTo = ({ objections }: Pupil): ObjectionScope[] =>
  Object.entries(objections).flatMap(([scope, stands]) =>
    stands === 'overridden' ? [] : [scope as ObjectionScope],
  );

/** The pupil's school on a day; before the first known one, that one. */
export const schoolOn = (pupil: Pupil, day: Day): string => stayOn(pupil, day)?.school ?? '';

/** The same, with the day from which on the pupil was there; undefined where the pupil is not known. */
export const stayOn = ({ schools }: Pupil, day: Day): Pupil['schools'][number] | undefined =>
  schools.filter(({ from }) => from <= day).at(-1) ?? schools[0];
