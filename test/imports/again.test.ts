import { randomUUID } from 'node:crypto';
import { everywhere } from '@waymark/core/access';
import { sourceFiles } from '@waymark/core/imports';
import { byKey } from '@waymark/core/projections';
import { Importer } from '@waymark/modules/imports/importer';
import { importReport, registersOf } from '@waymark/modules/imports/views/import-reports';
import { attendanceBy } from '@waymark/modules/insights/attendance';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import { upnOf } from '../support/made-up';
import { temporaryDirectory } from '../support/stores';
import { openOffice, openProgramme, written } from './office';
import {
  held,
  marked,
  mentors,
  misspelt,
  persistent,
  programme,
  referrals,
  referred,
  registers,
  schools,
  sessions,
} from './papers';

const [ZARA, AISHA] = [upnOf(1), upnOf(2)];

/** A complete programme, with an error in every file. */
const whole = {
  'programme.json': JSON.stringify(programme),
  'schools.csv': `${schools}12345,890,Blackpool,4499,Short,Secondary,Open,North West,Blackpool\n`,
  'mentors.csv': `${mentors()}M-3,Nobody,Blackpool,990499,2025-09-01\n`,
  'referrals.csv': referrals(referred(ZARA), referred(misspelt(AISHA)), referred(AISHA), referred(ZARA)),
  'r.csv': registers(
    ...persistent(ZARA),
    marked(upnOf(3), '2025-09-15'),
    marked(ZARA, '2025-09-15'),
    ...persistent(AISHA),
    marked(ZARA, '2025-09-22', '/-'),
  ),
  'r-corrections.csv': registers(marked(ZARA, '2025-09-16', 'II', { at: '2025-10-01T09:00:00Z' }), 'x'),
  's.csv': sessions(
    held(ZARA, '2025-11-03'),
    held(ZARA, '2025-11-03', { mentor: 'M-9' }),
    held(AISHA, '2025-11-03'),
    held(ZARA, '2026-02-09'),
  ),
};
const files = Object.keys(whole);

describe('an import', () => {
  it('gives every row one outcome, and warnings in addition', async () => {
    const office = await openOffice();
    const done = await office.take(whole);
    expect(Object.fromEntries(files.map((name) => [name, done.rows(name)]))).toEqual({
      'programme.json': ['accepted'],
      'schools.csv': ['accepted', 'accepted', 'INVALID_URN'],
      'mentors.csv': ['accepted', 'accepted', 'UNKNOWN_SCHOOL'],
      'referrals.csv': ['accepted', 'INVALID_UPN', 'accepted', 'repeated'],
      'r.csv': [
        ...Array.from({ length: 5 }, () => 'accepted'),
        ...['UNKNOWN_PUPIL', 'repeated'],
        ...Array.from({ length: 6 }, () => 'accepted'),
      ],
      'r-corrections.csv': ['accepted', 'WRONG_COLUMNS'],
      's.csv': ['accepted', 'UNKNOWN_MENTOR', 'accepted', 'accepted'],
    });
    expect(done.warned('s.csv')).toEqual([[4, 'LATER_THAN_PLANNED']]);
    for (const { rows, accepted, repeated, rejected, rejectedBy } of done.report.files) {
      expect(accepted + repeated + rejected).toBe(rows);
      expect(Object.values(rejectedBy).reduce((sum, count) => sum + count, 0)).toBe(rejected);
    }
    expect(registersOf(done.report)).toEqual({
      r: {
        ...{ rows: 13, accepted: 11, repeated: 1, rejected: 1, rejectedBy: { UNKNOWN_PUPIL: 1 } },
        ...{ noMark: 1, corrections: 1 },
      },
    });
  });

  it('of the same files changes nothing, and reports that', async () => {
    const office = await openOffice();
    const { platform } = office;
    const first = await office.take(whole);
    const figures = async () => [
      await attendanceBy(platform.rows, { by: 'pupil', from: '2025-09-01', to: '2025-12-31' }, everywhere),
      Object.fromEntries(await byKey(platform.rows, caseloads)),
    ];
    const before = await figures();
    const head = await platform.events.head();
    const again = await office.take(whole);
    for (const name of files) {
      expect([name, again.rows(name)]).toEqual([
        name,
        first.rows(name).map((outcome) => (outcome === 'accepted' ? 'repeated' : outcome)),
      ]);
    }
    expect(again.report.followUps).toEqual({ assessed: 0, eligible: 0, allocated: 0, notAllocated: {} });
    expect(await figures()).toEqual(before);
    // Apart from its own progress, the import recorded nothing.
    const { events: since } = await platform.events.readAll(head, 1_000);
    expect(new Set(since.map(({ stream }) => stream))).toEqual(new Set([`import-${again.id}`]));
  });

  it('that is finished has no further effect, however often it is run', async () => {
    const office = await openProgramme();
    const { platform } = office;
    const id = randomUUID();
    const paths = written(temporaryDirectory(), whole);
    const run = async () => {
      await new Importer(platform, id, await sourceFiles(paths), { actor: 'local-operator' }).run();
      return platform.events.head();
    };
    const head = await run();
    expect(await run()).toBe(head);
    await platform.settle();
    expect(await importReport(platform.rows, id)).toMatchObject({
      state: 'finished',
      startedBy: 'local-operator',
    });
  });

  it('without a programme file belongs to the only programme that exists', async () => {
    const { 'programme.json': definition, ...rest } = whole;
    const office = await openOffice();
    const early = await office.take(rest);
    expect(early.file('mentors.csv').rejectedBy).toEqual({ WHICH_PROGRAMME: 3 });
    expect(early.file('referrals.csv').rejectedBy).toEqual({ WHICH_PROGRAMME: 3, INVALID_UPN: 1 });
    await office.take({ 'programme.json': definition });
    expect((await office.take(rest)).file('mentors.csv').accepted).toBe(2);
    await office.take({ 'programme.json': JSON.stringify({ ...programme, id: 'second' }) });
    expect((await office.take(rest)).file('mentors.csv').rejectedBy).toEqual({ WHICH_PROGRAMME: 3 });
  });
});
