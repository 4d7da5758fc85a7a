import { viewsOf } from '@waymark/core/kernel';
import type { CourseEvents } from './course';

export interface CourseAttendanceRow {
  readonly came: number;
  readonly of: number;
}

/** How often the pupil of each course came, by the pupil's id. */
export const courseAttendance = viewsOf<CourseEvents>()<CourseAttendanceRow>({
  name: 'training.attendance',
  version: 1,
  indexes: [],
  on: {
    'training.AttendanceRecorded': (row, { data: { came } }) => ({
      came: (row?.came ?? 0) + (came ? 1 : 0),
      of: (row?.of ?? 0) + 1,
    }),
  },
});
