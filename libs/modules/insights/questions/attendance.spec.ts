import { figureSources, furnished } from '@test/support/insights';
import { answerTo } from '@test/support/questions';
import { attendance, attendanceHistory } from '@waymark/modules/attendance/views/registers';
import { exampleIds } from '@waymark/modules/shared/examples';
import { getAttendance } from './attendance';

const { pupil } = exampleIds;
const september = '    /\\II'.padEnd(62);
const registers = { [`${pupil}@990401`]: { pupil, school: '990401', pages: { '2025-09': september } } };
const recordings = ['2025-09-03 2025-09-03T16:00:00Z / \\', '2025-09-04 2025-09-20T16:00:00Z I I'];
const histories = { [`${pupil}@990401`]: { pupil, school: '990401', recordings } };
const given = { rows: [...furnished, [attendance, registers], [attendanceHistory, histories]] as const };
const days = { from: '2025-09-03', to: '2025-10-24' };

describe('GetAttendance', () => {
  it('returns totals of groups, and shows no pupil with them', async () => {
    const answer = await answerTo(getAttendance, { by: 'area', ...days }, given, figureSources);
    expect(answer.items).toMatchObject([
      { key: 'blackpool', name: 'Blackpool', possible: 4, attended: 2, absencePercent: 50, severePupils: 1 },
    ]);
    expect(getAttendance.shown(answer, { by: 'area', ...days })).toEqual([]);
  });

  it('shows the pupils whose attendance it returns', async () => {
    const answer = await answerTo(getAttendance, { by: 'pupil', ...days }, given, figureSources);
    expect(answer.items).toMatchObject([{ key: pupil, possible: 4, persistent: true, severe: true }]);
    expect(getAttendance.shown(answer, { by: 'pupil', ...days })).toEqual([pupil]);
  });

  it('returns only what had been recorded by a time', async () => {
    const asked = { by: 'pupil', ...days, asKnownAt: '2025-09-10T00:00:00Z' } as const;
    const { items } = await answerTo(getAttendance, asked, given, figureSources);
    expect(items).toMatchObject([{ possible: 2, attended: 2, absencePercent: 0, persistent: false }]);
  });

  it('leaves out what is out of reach', async () => {
    const as = [{ role: 'school-lead', school: '990402' } as const];
    expect(
      (await answerTo(getAttendance, { by: 'pupil', ...days }, { ...given, as }, figureSources)).items,
    ).toEqual([]);
  });
});
