import { newEvent } from '@test/support/events';
import { answerTo } from '@test/support/questions';
import { exampleIds } from '@waymark/modules/shared/examples';
import { getTimeline } from './timeline';

const { pupil, journey: id } = exampleIds;

const recorded = (stream: string, position: number, type: string, data: object) => ({
  ...newEvent(type, data),
  ...{ stream, position, revision: 0 },
});

const programme = 'ampe-2025-11';
const given = {
  scopes: { [`journey ${id}`]: [{ programme }] },
  states: {
    [`journey ${id}`]: {
      ...{ pupil, programme, school: '990401', referredOn: '2025-09-19', phase: 1 },
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
    expect(getTimeline.shown(answer, {})).toEqual([pupil]);
  });

  it('masks the pupil’s UPN', async () => {
    const { items } = await answerTo(getTimeline, { id }, given);
    expect(JSON.stringify(items)).not.toContain('H801200001001');
  });

  it('shows principals who may not see names neither who recorded an event nor when and in what order', async () => {
    const as = [{ role: 'evaluator', programme } as const];
    const marks = [{ on: '2025-09-03', am: '/', pm: '/', at: '2025-09-03T16:00:00.000Z' }];
    const stream = `attendance-${pupil}`;
    const streams = { ...given.streams, [stream]: [recorded(stream, 9, 'AttendanceRecorded', { marks })] };
    const asked = { id };
    const answer = await answerTo(getTimeline, asked, { ...given, streams, as });
    expect(answer.items).toHaveLength(3);
    for (const item of answer.items) {
      expect(Object.keys(item)).toEqual(['type', 'schema', 'stream', 'on', 'recordedAt', 'data']);
      expect(JSON.stringify(item)).not.toMatch(/\dT\d/);
    }
    expect(answer.items.find(({ type }) => type === 'AttendanceRecorded')?.data).toEqual({
      marks: [{ on: '2025-09-03', am: '/', pm: '/', at: '2025-09-03' }],
    });
    // In any order of recording, the order is the same.
    const reversed = Object.fromEntries(
      Object.entries(streams).map(([name, events]) => [
        name,
        events.map((event) => ({ ...event, position: 100 - event.position })),
      ]),
    );
    expect(await answerTo(getTimeline, asked, { ...given, streams: reversed, as })).toEqual(answer);
    const first = await answerTo(getTimeline, { ...asked, limit: 2 }, { ...given, streams, as });
    expect(first.next).toBe('2');
    const rest = await answerTo(getTimeline, { ...asked, limit: 2, after: '2' }, { ...given, streams, as });
    expect([...first.items, ...rest.items]).toEqual(answer.items);
  });

  it('is refused to an evaluator if the pupil is left out of research', async () => {
    const as = [{ role: 'evaluator', programme } as const];
    await expect(answerTo(getTimeline, { id }, { ...given, as, leftOut: [id] })).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    });
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
