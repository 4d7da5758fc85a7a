import { OTHER_SCHOOL, PUPIL, SCHOOL } from '@test/support/given';
import { event } from '@test/support/spec';
import { describeView } from '@test/support/view-spec';
import { lineOf, marks } from '@test/support/views/given';
import { attendance, attendanceHistory } from './registers';

const recording = { stream: ['attendance', PUPIL], subject: PUPIL } as const;
const key = `${PUPIL}@${SCHOOL}`;
const first = marks(['2025-09-03', '/', '\\'], ['2025-09-04', 'I', 'I']);
const mended = event('AttendanceRecorded', '2025-09-04', {
  school: SCHOOL,
  week: '2025-09-01',
  marks: [{ on: '2025-09-04', am: 'I', pm: 'U', at: '2025-09-20T16:00:00Z' }],
});
const lateArrival = event('AttendanceRecorded', '2025-09-03', {
  school: SCHOOL,
  week: '2025-09-01',
  marks: [{ on: '2025-09-03', am: 'O', pm: 'O', at: '2025-09-03T08:00:00Z', superseded: true }],
});
const elsewhere = event('AttendanceRecorded', '2025-10-01', {
  ...marks(['2025-10-01', '/', '\\']).data,
  school: OTHER_SCHOOL,
});

describeView(attendance, recording, (spec) => {
  it('has one register per pupil and school', () => {
    expect(spec.given(first, elsewhere).rows()).toStrictEqual(
      new Map([
        [key, { pupil: PUPIL, school: SCHOOL, pages: { '2025-09': lineOf({ 3: '/\\', 4: 'II' }) } }],
        [
          `${PUPIL}@${OTHER_SCHOOL}`,
          { pupil: PUPIL, school: OTHER_SCHOOL, pages: { '2025-10': lineOf({ 1: '/\\' }) } },
        ],
      ]),
    );
  });

  it('has only marks in force: corrected ones, without those superseded on arrival', () => {
    expect(spec.given(first, mended, lateArrival).row(key)).toStrictEqual({
      pupil: PUPIL,
      school: SCHOOL,
      pages: { '2025-09': lineOf({ 3: '/\\', 4: 'IU' }) },
    });
  });
});

describeView(attendanceHistory, recording, (spec) => {
  const known = [
    '2025-09-03 2025-09-03T16:00:00Z / \\',
    '2025-09-04 2025-09-04T16:00:00Z I I',
    '2025-09-04 2025-09-20T16:00:00Z I U',
    '2025-09-03 2025-09-03T08:00:00Z O O',
  ];

  it('has every recording per pupil and school, including corrected and superseded ones', () => {
    expect(spec.given(first, mended, elsewhere, lateArrival).rows()).toStrictEqual(
      new Map([
        [key, { pupil: PUPIL, school: SCHOOL, recordings: known }],
        [
          `${PUPIL}@${OTHER_SCHOOL}`,
          {
            pupil: PUPIL,
            school: OTHER_SCHOOL,
            recordings: ['2025-10-01 2025-10-01T16:00:00Z / \\'],
          },
        ],
      ]),
    );
  });
});
