import { event } from '@test/support/spec';
import { describeView } from '@test/support/view-spec';
import type { FollowUps } from '../import';
import { type FileReport, importReports } from './import-reports';

const IMPORT = '7a0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b99';
const at = '2026-02-15T09:00:00Z';
const day = '2026-02-15';
const file = { sha256: '2.abc', bytes: 1_000, encoding: 'utf-8' };
const files = [
  { ...file, name: 'blackpool.csv', kind: 'registers' },
  { ...file, name: 'referrals.csv', kind: 'referrals' },
] as const;
const started = event('ImportStarted', day, { files, at });
const rows = (
  of: number,
  outcomes: readonly (readonly [number, number, string])[],
  warnings: readonly (readonly [number, string])[] = [],
  noMark = 0,
) => event('RowsImported', day, { file: of, outcomes, warnings, noMark });
const done = event('FileImported', day, { file: 1, rows: 3 });
const followUps: FollowUps = { assessed: 3, eligible: 2, allocated: 1, notAllocated: { NO_MENTOR: 1 } };
const followedUp = event('ImportFollowedUp', day, followUps);
const finished = event('ImportFinished', day, { at: '2026-02-15T09:05:00Z' });

const fresh = (index: 0 | 1): FileReport => ({
  ...files[index],
  rows: 0,
  accepted: 0,
  repeated: 0,
  rejected: 0,
  rejectedBy: {},
  warnings: 0,
  warningsBy: {},
  noMark: 0,
  done: false,
});

describeView(importReports, { stream: ['import', IMPORT], actor: 'administrator' }, (spec) => {
  const running = spec.given(started);
  const atStart = {
    state: 'running',
    startedAt: at,
    startedBy: 'administrator',
    files: [fresh(0), fresh(1)],
  };

  it('starts without rows, and names the person who started it', () => {
    expect(running.rows()).toStrictEqual(new Map([[IMPORT, atStart]]));
  });

  it('counts rows by outcome and by reason of rejection, for each file', () => {
    const row = running
      .given(
        rows(
          0,
          [
            [1, 1, 'accepted'],
            [2, 4, 'UNKNOWN_CODE'],
            [5, 6, 'repeated'],
          ],
          [
            [1, 'LATE'],
            [2, 'LATE'],
            [3, 'ODD'],
          ],
          7,
        ),
        rows(
          0,
          [
            [7, 10, 'accepted'],
            [11, 11, 'UNKNOWN_CODE'],
            [12, 13, 'WRONG_SESSION'],
            [14, 14, 'repeated'],
          ],
          [[9, 'ODD']],
          2,
        ),
        rows(1, [[1, 3, 'accepted']]),
      )
      .row(IMPORT);
    expect(row).toStrictEqual({
      ...atStart,
      files: [
        {
          ...fresh(0),
          rows: 14,
          accepted: 5,
          repeated: 3,
          rejected: 6,
          rejectedBy: { UNKNOWN_CODE: 4, WRONG_SESSION: 2 },
          warnings: 4,
          warningsBy: { LATE: 2, ODD: 2 },
          noMark: 9,
        },
        { ...fresh(1), rows: 3, accepted: 3 },
      ],
    });
  });

  it('knows which files are done, the follow-up results, and when it finished', () => {
    expect(running.given(done).row(IMPORT)).toStrictEqual({
      ...atStart,
      files: [fresh(0), { ...fresh(1), done: true }],
    });
    expect(running.given(followedUp).row(IMPORT)).toStrictEqual({ ...atStart, followUps });
    expect(running.given(followedUp, finished).row(IMPORT)).toStrictEqual({
      ...atStart,
      followUps,
      state: 'finished',
      finishedAt: '2026-02-15T09:05:00Z',
    });
  });

  it.each([rows(0, [[1, 1, 'accepted']]), done, followedUp, finished])(
    'has no row if $type comes before the start',
    (early) => {
      expect(spec.given(early).rows()).toEqual(new Map());
    },
  );
});
