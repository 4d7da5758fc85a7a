import type { Day, Period } from '@waymark/core/fields';
import type { Counts } from '@waymark/modules/shared/counts';

export interface AttendanceFacts {
  countsOver(period: Period): Counts;
  /** Whether the register shows the pupil absent for all possible sessions of a day. */
  absentOn(day: Day): boolean;
}
