import { newEvent } from '@test/support/events';
import { kept, rowsOf } from '@test/support/kept-rows';
import { event } from '@test/support/spec';
import type { EventStore, RecordedEvent } from '@waymark/core/kernel';
import {
  allImports,
  type FileReport,
  type ImportReport,
  importReport,
  importReports,
  registersOf,
  rowOutcomes,
} from './import-reports';

const file = (name: string, differing: Partial<FileReport> = {}): FileReport => ({
  name,
  kind: 'registers',
  sha256: 'abc',
  bytes: 1_000,
  encoding: 'utf-8',
  rows: 10,
  accepted: 6,
  repeated: 1,
  rejected: 3,
  rejectedBy: { UNKNOWN_CODE: 3 },
  warnings: 2,
  warningsBy: { LATE: 2 },
  noMark: 4,
  done: true,
  ...differing,
});

const report = (startedAt: string, files: readonly FileReport[] = []): ImportReport => ({
  state: 'finished',
  startedAt,
  startedBy: 'administrator',
  files,
});

const plain = {
  rows: 10,
  accepted: 6,
  repeated: 1,
  rejected: 3,
  rejectedBy: { UNKNOWN_CODE: 3 },
  noMark: 4,
  corrections: 0,
};

describe('the registers of an import', () => {
  const registers = (...files: readonly FileReport[]) => registersOf(report('2026-02-15T09:00:00Z', files));

  it('are named by file without its extension, and exclude other kinds of file', () => {
    expect(
      registers(
        file('blackpool.csv'),
        file('HASTINGS.CSV'),
        file('a.csv.txt'),
        file('r.csv', { kind: 'referrals' }),
      ),
    ).toStrictEqual({ blackpool: plain, HASTINGS: plain, 'a.csv.txt': plain });
  });

  it('include the accepted rows of their corrections, in any order of the files', () => {
    const corrections = file('blackpool-corrections.csv', { accepted: 5 });
    const expected = { blackpool: { ...plain, corrections: 5 } };
    expect(registers(file('blackpool.csv'), corrections)).toStrictEqual(expected);
    expect(registers(corrections, file('blackpool.csv'))).toStrictEqual(expected);
    expect(registers(corrections, corrections)).toStrictEqual({
      blackpool: {
        ...{ rows: 0, accepted: 0, repeated: 0, rejected: 0, rejectedBy: {}, noMark: 0 },
        corrections: 10,
      },
    });
  });

  it('are added up if several files have one name', () => {
    const more = {
      ...{ rows: 7, accepted: 2, repeated: 2, rejected: 3, noMark: 1 },
      rejectedBy: { UNKNOWN_CODE: 1, WRONG_SESSION: 2 },
    };
    expect(registers(file('a.csv'), file('a.csv', more))).toStrictEqual({
      a: {
        ...{ rows: 17, accepted: 8, repeated: 3, rejected: 6, noMark: 5, corrections: 0 },
        rejectedBy: { UNKNOWN_CODE: 4, WRONG_SESSION: 2 },
      },
    });
  });

  it('can have the name of an inherited object property', () => {
    expect(Object.entries(registers(file('constructor.csv')))).toStrictEqual([['constructor', plain]]);
  });
});

describe('imports', () => {
  const [earlier, later] = [report('2026-02-14T09:00:00Z'), report('2026-02-15T09:00:00Z', [file('a.csv')])];

  it('are found by id', async () => {
    const rows = rowsOf(kept(importReports, { a: earlier, b: later }));
    expect(await importReport(rows, 'b')).toStrictEqual(later);
    expect(await importReport(rows, 'c')).toBeUndefined();
  });

  it('are listed with the latest first, and in descending order of id at the same time', async () => {
    const rows = rowsOf(kept(importReports, { a: earlier, b: later, c: earlier, d: later, e: earlier }));
    expect(await allImports(rows)).toStrictEqual([
      { id: 'd', ...later },
      { id: 'b', ...later },
      { id: 'e', ...earlier },
      { id: 'c', ...earlier },
      { id: 'a', ...earlier },
    ]);
    expect(await allImports(rowsOf(kept(importReports, {})))).toEqual([]);
  });
});

describe('the outcomes of an import’s rows', () => {
  const kind = { kind: 'registers', sha256: 'abc', bytes: 1, encoding: 'utf-8' } as const;
  const day = '2026-02-15';
  const outcomesOf = (...events: readonly ReturnType<typeof event>[]) => {
    const readStream = jest.fn(async (_: string): Promise<RecordedEvent[]> =>
      events.map(({ type, data }, position) => ({
        ...newEvent(type, data),
        ...{ stream: 'import-1', revision: position, position },
      })),
    );
    return { readStream, outcomes: rowOutcomes({ readStream } as unknown as EventStore, '1') };
  };

  it('are listed file by file in order of recording, with warnings as separate items', async () => {
    const { readStream, outcomes } = outcomesOf(
      event('ImportStarted', day, {
        files: [
          { ...kind, name: 'a.csv' },
          { ...kind, name: 'b.csv' },
        ],
        at: day,
      }),
      event('RowsImported', day, {
        ...{ file: 1, warnings: [[2, 'LATE']], noMark: 0 },
        outcomes: [
          [1, 2, 'accepted'],
          [3, 3, 'UNKNOWN_CODE'],
        ],
      }),
      event('FileImported', day, { file: 1, rows: 3 }),
      event('RowsImported', day, { file: 0, outcomes: [[1, 9, 'repeated']], warnings: [], noMark: 0 }),
      event('RowsImported', day, { file: 7, outcomes: [[1, 1, 'accepted']], warnings: [], noMark: 0 }),
      event('ImportFinished', day, { at: day }),
    );
    expect(await outcomes).toStrictEqual([
      { file: 'b.csv', from: 1, to: 2, outcome: 'accepted' },
      { file: 'b.csv', from: 3, to: 3, outcome: 'UNKNOWN_CODE' },
      { file: 'b.csv', from: 2, to: 2, outcome: 'LATE' },
      { file: 'a.csv', from: 1, to: 9, outcome: 'repeated' },
      { file: '', from: 1, to: 1, outcome: 'accepted' },
    ]);
    expect(readStream).toHaveBeenCalledWith('import-1');
  });

  it('are empty for an import that does not exist', async () => {
    expect(await outcomesOf().outcomes).toEqual([]);
  });
});
