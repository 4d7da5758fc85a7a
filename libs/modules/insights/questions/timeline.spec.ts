import { newEvent } from '@test/support/events';
import { answerTo } from '@test/support/questions';
import { exampleIds } from '@waymark/modules/shared/examples';
import { getTimeline } from './timeline';

const { pupil, journey: id } = exampleIds;

const recorded = (stream: string, position: number, type: string, data: object) => ({
  ...newEvent(type, data),
  ...{ stream, position, revision: 0 },
});

const given = {
  states: {
    [`journey ${id}`]: {
      ...{ pupil, programme: 'ampe-2025-11', school: '990401', referredOn: '2025-09-19', phase: 1 },
      model: { version: 1, phases: ['One'], sessionsPerPhase: 3 },
      ...{ consents: [], allocations: [], sessions: {}, barriers: {}, support: {} },
    },
  },
  streams: {
    [`journey-${id}`]: [recorded(`journey-${id}`, 7, 'PupilReferred', { pupil })],
    [`pupil-${pupil}`]: [recorded(`pupil-${pupil}`, 4, 'PupilRegistered', { upn: 'H801200001001' })],
    [`attendance-${pupil}`]: [recorded(`attendance-${pupil}`, 9, 'AttendanceRecorded', { marks: [] })],
  },
};

describe('GetTimeline', () => {
  it('returns the events of the journey, its pupil and the register in log order', async () => {
    const answer = await answerTo(getTimeline, { id }, given);
    expect(answer.items.map(({ position, type }) => [position, type])).toEqual([
      [4, 'PupilRegistered'],
      [7, 'PupilReferred'],
      [9, 'AttendanceRecorded'],
    ]);
    expect(getTimeline.shown(answer)).toEqual([pupil]);
  });

  it('masks the pupil’s UPN', async () => {
    const { items } = await answerTo(getTimeline, { id }, given);
    expect(JSON.stringify(items)).not.toContain('H801200001001');
  });

  it('continues after the position of the last entry', async () => {
    const first = await answerTo(getTimeline, { id, limit: 2 }, given);
    expect(first.next).toBe('7');
    const { items, next } = await answerTo(getTimeline, { id, limit: 2, after: '7' }, given);
    expect(items.map(({ position }) => position)).toEqual([9]);
    expect(next).toBeUndefined();
    await expect(answerTo(getTimeline, { id, after: 'x' }, given)).rejects.toMatchObject({
      errors: [{ field: 'after', code: 'WRONG_FORM' }],
    });
  });
});
