import { type RecordedEvent, streamId, viewsOf } from '@waymark/core/kernel';
import { type RegisterPages, written } from '../page';
import type { Recording } from '../register';
import type { AttendanceEvents } from '../attendance';

const view = viewsOf<AttendanceEvents>();

/** A pupil's register at one school. */
export interface OfPupil {
  readonly pupil: string;
  readonly school: string;
}

export interface AttendanceRow extends OfPupil {
  readonly pages: RegisterPages;
}

const pupilAtSchool = ({ stream, data }: RecordedEvent): string =>
  `${streamId(stream)}@${(data as { school: string }).school}`;

const ofPupil = (event: RecordedEvent): OfPupil => {
  const [pupil, school] = pupilAtSchool(event).split('@') as [string, string];
  return { pupil, school };
};

/** The registers in force, by pupil and school. */
export const attendance = view<AttendanceRow>({
  name: 'attendance',
  version: 1,
  indexes: [],
  key: pupilAtSchool,
  on: {
    AttendanceRecorded: (row, event) => ({
      ...(row ?? ofPupil(event)),
      pages: written(row?.pages ?? {}, event.data.marks),
    }),
  },
});

export interface AttendanceHistoryRow extends OfPupil {
  /** Each recording as one text to save space: day, time of recording, morning and afternoon, separated by spaces. */
  readonly recordings: readonly string[];
}

const asText = ({ on, at, am, pm }: Recording): string => `${on} ${at} ${am} ${pm}`;

export function asRecording(text: string): Recording {
  const [on, at, am, pm] = text.split(' ') as [string, string, string, string];
  return { on, at, am, pm };
}

/** Every recording, including corrected ones: answers what was known at a given time. */
export const attendanceHistory = view<AttendanceHistoryRow>({
  name: 'attendance-history',
  version: 1,
  indexes: [],
  key: pupilAtSchool,
  on: {
    AttendanceRecorded: (row, event) => ({
      ...(row ?? ofPupil(event)),
      recordings: [...(row?.recordings ?? []), ...event.data.marks.map(asText)],
    }),
  },
});
