import { IsDay, IsFlag, uuidId } from '@waymark/core/fields';
import { type Context, defineModule, event, type EventsOf, own, slices } from '@waymark/core/kernel';
import type { PupilFacts } from '@waymark/modules/pupil/facts';

/** A pupil's course, under the pupil's id: the days that are recorded. */
interface Course {
  readonly days: readonly string[];
}

interface AttendanceEvents {
  /** The pupil came to the course on a day, or did not. */
  AttendanceRecorded: { readonly on: string; readonly came: boolean };
}

/** Record that the pupil came to the course, or did not. */
export class RecordAttendance {
  @IsDay('2025-11-03') on!: string;
  @IsFlag() came!: boolean;
}

const { on, slice } = slices<Course>();

const attendance = slice<AttendanceEvents>({
  decide: {
    RecordAttendance: on(
      RecordAttendance,
      ({ on: day, came }, { days }, _context: Context<{ pupil: PupilFacts }>) =>
        days.includes(day) ? [] : [event('AttendanceRecorded', day, { on: day, came })],
      {
        by: own('school-lead'),
        creates: true,
        needs: { pupil: ['pupil', (_command, _course, id) => id] },
      },
    ),
  },
  evolve: {
    AttendanceRecorded: ({ days }, { on: day }) => ({ days: [...days, day] }),
  },
});

export const course = defineModule(
  {
    name: 'course',
    plural: 'courses',
    namespace: 'training',
    id: { ...uuidId, description: "the pupil's id" },
    initial: { days: [] } as Course,
    subject: (_: Course, id: string) => id,
    facts: ({ days }: Course) => (days.length === 0 ? undefined : { days: days.length }),
  },
  [attendance],
);

export type CourseEvents = EventsOf<typeof course>;
