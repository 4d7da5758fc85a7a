import { answerTo } from '@test/support/questions';
import { exampleIds } from '@waymark/modules/shared/examples';
import type { AttemptsQuery, Read, ReadsQuery } from '../access-log';
import type { RefusedClaim, TriedOut } from '../attempts';
import { listReads } from './list-reads';

const read = (day: number): Read => ({
  at: `2025-11-0${String(day)}T16:00:00.000Z`,
  ...{ reader: exampleIds.person, what: 'GetJourney', pupil: exampleIds.pupil },
});

const refused = (day: number): RefusedClaim => ({
  at: `2025-11-0${String(day)}T16:00:00.000Z`,
  ...{ person: exampleIds.person, kind: 'upn', command: 'RegisterPupil' },
});

const triedOut: TriedOut = {
  ...{ at: '2025-11-03T16:00:00.000Z', person: exampleIds.person, import: exampleIds.import },
  ...{ files: ['referrals'], rows: 12, rejected: { UPN_TAKEN: 1 } },
};

function accessLog() {
  const asked: ReadsQuery[] = [];
  const reads = async function* (query: ReadsQuery): AsyncGenerator<Read> {
    asked.push(query);
    yield* await Promise.resolve([read(1), read(2), { ...read(3), reason: 'Attendance return' }]);
  };
  const refusedClaims = async function* (query: AttemptsQuery): AsyncGenerator<RefusedClaim> {
    asked.push(query);
    yield* await Promise.resolve([refused(1), { ...refused(2), import: exampleIds.import }]);
  };
  const dryRuns = async function* (query: AttemptsQuery): AsyncGenerator<TriedOut> {
    asked.push(query);
    yield* await Promise.resolve([triedOut]);
  };
  return { asked, accessLog: { reads, refusedClaims, dryRuns } };
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

  it('returns the matching refused claims or dry runs instead, in pages', async () => {
    const { asked, accessLog: log } = accessLog();
    const query = { person: exampleIds.person, from: '2025-11-01' };
    const claims = { ...query, entries: 'refused-claims' as const };
    expect(await answerTo(listReads, { ...claims, limit: 1 }, {}, { accessLog: log })).toEqual({
      ...{ items: [], refusedClaims: [refused(1)], next: '1' },
    });
    expect(await answerTo(listReads, { ...claims, after: '1' }, {}, { accessLog: log })).toEqual({
      ...{ items: [], refusedClaims: [{ ...refused(2), import: exampleIds.import }] },
    });
    const dryRuns = { ...query, entries: 'dry-runs' as const };
    expect(await answerTo(listReads, dryRuns, {}, { accessLog: log })).toEqual({
      ...{ items: [], dryRuns: [triedOut] },
    });
    expect(asked).toEqual([query, query, query]);
  });

  it('shows no pupil’s records, and is for the data protection officer only', () => {
    expect(listReads.shown({ items: [read(1)] }, {})).toEqual([read(1).reader, read(1).pupil]);
    expect(listReads.by).toEqual({ 'data-protection-officer': 'all' });
  });
});
