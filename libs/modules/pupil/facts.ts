import type { Day } from '@waymark/core/fields';
import type { ObjectionScope } from '@waymark/core/privacy';

export interface PupilFacts {
  /** The pupil's school on a day: its URN. */
  schoolOn(day: Day): string;
  /** The pupil's data were erased: nothing more may be recorded of them. */
  readonly erased?: boolean;
  /** The pupil's data may be kept at present, and not used. */
  readonly restricted?: boolean;
  /** What the pupil objects to. */
  readonly objectsTo?: readonly ObjectionScope[];
}
