import { command, event, spec } from '@test/support/spec';
import type { ImportedFile } from '@waymark/core/imports';
import {
  FinishFile,
  FinishImport,
  type FollowUps,
  imports,
  RecordFollowUps,
  RecordRows,
  StartImport,
} from './import';

const NOW = '2026-02-15T09:00:00.000Z';
const TODAY = '2026-02-15';

const file = (name: string): ImportedFile => ({
  name,
  kind: 'registers',
  sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  bytes: 1024,
  encoding: 'utf-8',
});
const files = [file('norwich.csv'), file('walsall.csv')];
const started = event('ImportStarted', TODAY, { files, at: NOW });

const start = command(StartImport, { files });
const rows = (of: number, from: number, to: number): RecordRows =>
  command(RecordRows, {
    file: of,
    outcomes: [
      [from, to - 1, 'accepted'],
      [to, to, 'INVALID_UPN'],
    ],
    warnings: [[from, 'ABSENT_ON_THAT_DAY']],
    noMark: 3,
  });
const finish = (of: number) => command(FinishFile, { file: of });
const followUps: FollowUps = {
  assessed: 300,
  eligible: 231,
  allocated: 180,
  notAllocated: { CASELOAD_FULL: 2 },
};
const follow = command(RecordFollowUps, { followUps });
const end = command(FinishImport, {});

const nothing = spec(imports, { now: NOW });
const before = nothing.given(started);

describe('an import', () => {
  it('starts with its files', () => {
    nothing.when(start).then(started);
    expect(nothing.facts()).toBeUndefined();
    expect(before.facts()).toEqual({
      files,
      rows: [0, 0],
      done: [false, false],
      finished: false,
    });
  });

  it('starts only once', () => {
    before.when(start).thenNothing();
    before.when(command(StartImport, { files: files.slice(1) })).thenRefused('IMPORT_OF_OTHER_FILES');
  });

  it('records the outcome of each row, file by file, in the order of the rows', () => {
    before.when(rows(0, 1, 500)).then(event('RowsImported', TODAY, { ...rows(0, 1, 500) }));
    before
      .after(rows(0, 1, 500), rows(1, 1, 20))
      .when(rows(0, 501, 700))
      .then(event('RowsImported', TODAY, { ...rows(0, 501, 700) }));
  });

  it.each([
    ['again', rows(0, 1, 500)],
    ['with rows left out', rows(0, 502, 700)],
    ['without any', command(RecordRows, { file: 0, outcomes: [], warnings: [], noMark: 0 })],
  ])('refuses rows %s: another process is running it', (_, each) => {
    before
      .after(rows(0, 1, 500))
      .when(each)
      .thenRefused('IMPORT_ELSEWHERE');
  });

  it('records once that a file is done', () => {
    const done = before.after(rows(0, 1, 500));
    done.when(finish(0)).then(event('FileImported', TODAY, { file: 0, rows: 500 }));
    done.after(finish(0)).when(finish(0)).thenNothing();
    expect(done.after(finish(0)).facts()).toMatchObject({ rows: [500, 0], done: [true, false] });
    before.when(finish(1)).then(event('FileImported', TODAY, { file: 1, rows: 0 }));
  });

  it('records its follow-up results once', () => {
    before.when(follow).then(event('ImportFollowedUp', TODAY, followUps));
    before.after(follow).when(follow).thenNothing();
    before
      .after(follow)
      .when(command(RecordFollowUps, { followUps: { ...followUps, assessed: 301 } }))
      .thenRefused('IMPORT_ELSEWHERE');
  });

  it('finishes once, and then accepts no rows', () => {
    before.when(end).then(event('ImportFinished', TODAY, { at: NOW }));
    before.after(end).when(end).thenNothing();
    before
      .after(rows(0, 1, 500), end)
      .when(rows(0, 501, 600))
      .thenRefused('IMPORT_ELSEWHERE');
  });

  it.each([rows(0, 1, 2), finish(0), follow, end])('is refused if it has not started: %p', (each) => {
    nothing.when(each).thenRefused('UNKNOWN_IMPORT', 'missing');
  });

  it('accepts commands from the service only', () => {
    expect([...imports.internal].sort()).toEqual([...imports.handlers.keys()].sort());
  });

  it('has read up to the last row that was recorded', () => {
    const three = command(RecordRows, {
      ...rows(0, 1, 2),
      outcomes: [
        [1, 40, 'accepted'],
        [41, 41, 'INVALID_UPN'],
        [42, 50, 'accepted'],
      ],
    });
    expect(before.after(three).facts()?.rows).toEqual([50, 0]);
  });
});
