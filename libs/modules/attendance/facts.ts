import type { Day, Period } from '@waymark/core/fields';
import type { Counts } from '@waymark/modules/shared/counts';

export interface AttendanceFacts {
  countsOver(period: Period): Counts;
  /** The register says that the pupil was absent for all of a day's sessions. */
  absentOn(day: Day): boolean;
}
