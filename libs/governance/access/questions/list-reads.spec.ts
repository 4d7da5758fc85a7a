import { answerTo } from '@test/support/questions';
import { exampleIds } from '@waymark/modules/shared/examples';
import type { Read, ReadsQuery } from '../access-log';
import { listReads } from './list-reads';

const read = (day: number): Read => ({
  at: `2025-11-0${String(day)}T16:00:00.000Z`,
  ...{ reader: exampleIds.person, what: 'GetJourney', pupil: exampleIds.pupil },
});

function accessLog() {
  const asked: ReadsQuery[] = [];
  const reads = async function* (query: ReadsQuery): AsyncGenerator<Read> {
    asked.push(query);
    yield* await Promise.resolve([read(1), read(2), { ...read(3), reason: 'Attendance return' }]);
  };
  return { asked, accessLog: { reads } };
}

describe('ListReads', () => {
  it('returns the matching reads, in pages', async () => {
    const { asked, accessLog: log } = accessLog();
    const query = { pupil: exampleIds.pupil, from: '2025-11-01' };
    const first = await answerTo(listReads, { ...query, limit: 2 }, {}, { accessLog: log });
    expect(first).toEqual({ items: [read(1), read(2)], next: '2' });
    expect(asked).toEqual([query]);
    const rest = await answerTo(listReads, { ...query, after: '2' }, {}, { accessLog: log });
    expect(rest).toEqual({ items: [{ ...read(3), reason: 'Attendance return' }] });
  });

  it('shows no pupil’s records, and is for the data protection officer only', () => {
    expect(listReads.shown({ items: [read(1)] }, {})).toEqual([read(1).reader, read(1).pupil]);
    expect(listReads.by).toEqual({ 'data-protection-officer': 'all' });
  });
});
