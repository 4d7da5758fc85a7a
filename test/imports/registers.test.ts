import { everywhere } from '@waymark/core/access';
import { supplierAliases } from '@waymark/modules/attendance';
import { attendanceBy } from '@waymark/modules/insights/attendance';
import { upnOf } from '../support/made-up';
import { type Office, openProgramme } from './office';
import { HARBOUR, marked, misspelt, NORTHGATE, referrals, referred, registers } from './papers';

const ZARA = upnOf(1);

/** An office with the programme and one pupil. */
async function withZara(): Promise<Office> {
  const office = await openProgramme();
  await office.take({ 'referrals.csv': referrals(referred(ZARA)) });
  return office;
}

/** Counts of the pupil's sessions in a week. */
async function week({ platform }: Office) {
  const [row] = await attendanceBy(
    platform.rows,
    { by: 'pupil', from: '2025-09-15', to: '2025-09-19' },
    everywhere,
  );
  return row;
}

interface Cells {
  urn: string;
  upn: string;
  on: string;
  am: string;
  pm: string;
  at: string;
  more: string;
}

const good: Cells = {
  urn: HARBOUR,
  upn: ZARA,
  on: '2025-09-15',
  am: '/',
  pm: '\\',
  at: '2025-09-15T16:00:00Z',
  more: '',
};
const row = ({ more, ...cells }: Cells): string => Object.values(cells).join(',') + more;

/** Rows with each fault, in the order of the checks. */
const faults: readonly (readonly [reason: string, wrong: Partial<Cells>])[] = [
  ['WRONG_COLUMNS', { more: ',' }],
  ['INVALID_UPN', { upn: misspelt(ZARA) }],
  ['UNKNOWN_PUPIL', { upn: upnOf(2) }],
  ['SCHOOL_MISMATCH', { urn: NORTHGATE }],
  ['INVALID_DATE', { on: '15/09/2025' }],
  ['NOT_A_SCHOOL_DAY', { on: '2025-09-20' }],
  ['UNKNOWN_CODE', { pm: '?' }],
  ['CODE_NOT_IN_USE', { am: 'Y' }],
  ['WRONG_SESSION', { pm: '/' }],
  ['INVALID_RECORDED_AT', { at: 'yesterday' }],
  ['CONFLICTING_MARK', { am: 'I' }],
];

describe('a register row', () => {
  it('is rejected for the first reason in the order of the checks', async () => {
    const wrong = faults.flatMap(([reason, first], index) => [
      { reason, why: reason, row: row({ ...good, ...first }) },
      ...faults.slice(index + 1).map(([other, second]) => ({
        reason,
        why: `${reason} and ${other}`,
        row: row({ ...good, ...second, ...first }),
      })),
    ]);
    const office = await withZara();
    const done = await office.take({ 'r.csv': registers(row(good), ...wrong.map((each) => each.row)) });
    const [first, ...outcomes] = done.rows('r.csv');
    expect(first).toBe('accepted');
    expect(wrong.map(({ why }, index) => `${why}: ${String(outcomes[index])}`)).toEqual(
      wrong.map(({ why, reason }) => `${why}: ${reason}`),
    );
    expect(await week(office)).toMatchObject({ possible: 2, attended: 2 });
  });

  it.each<[string, Partial<Cells>]>([
    ['INVALID_UPN', { upn: '' }],
    ['INVALID_UPN', { upn: ZARA.toLowerCase() }],
    ['SCHOOL_MISMATCH', { urn: '' }],
    ['INVALID_DATE', { on: '' }],
    ['INVALID_DATE', { on: '2025-09-31' }],
    ['INVALID_DATE', { on: '2025-9-15' }],
    ['INVALID_DATE', { on: '2025-09-15T00:00:00Z' }],
    ['NOT_A_SCHOOL_DAY', { on: '2025-09-21' }],
    ['UNKNOWN_CODE', { am: 'i' }],
    ['UNKNOWN_CODE', { am: 'II' }],
    ['UNKNOWN_CODE', { am: 'constructor' }],
    ['CODE_NOT_IN_USE', { pm: 'J' }],
    ['CODE_NOT_IN_USE', { on: '2024-08-16', am: 'K' }],
    ['WRONG_SESSION', { am: '\\' }],
    ['INVALID_RECORDED_AT', { at: '' }],
    ['INVALID_RECORDED_AT', { at: '2025-09-15' }],
    ['INVALID_RECORDED_AT', { at: '2025-09-15T16:00:00' }],
    ['INVALID_RECORDED_AT', { at: '2025-09-31T16:00:00Z' }],
  ])('is rejected with %s: %j', async (reason, wrong) => {
    const office = await withZara();
    const done = await office.take({ 'r.csv': registers(row({ ...good, ...wrong })) });
    expect(done.rows('r.csv')).toEqual([reason]);
  });

  it.each(['-', ''])('can have no mark: %j', async (none) => {
    const office = await withZara();
    const done = await office.take({
      'r.csv': registers(row({ ...good, am: none, pm: none }), row({ ...good, on: '2025-09-16', pm: none })),
    });
    expect(done.rows('r.csv')).toEqual(['accepted', 'accepted']);
    expect(done.file('r.csv').noMark).toBe(3);
    expect(await week(office)).toMatchObject({ possible: 1, attended: 1, noMark: 3 });
  });

  it('can have suppliers’ one-character codes only if the import says so', async () => {
    const days = ['15', '16', '17', '18', '19'].flatMap((day) => [`2025-09-${day}`]);
    const rows = [...supplierAliases.keys()].map((symbol, index) =>
      row({
        ...good,
        on: days[index % 5]!,
        am: symbol,
        at: `2025-09-19T16:00:0${String(Math.floor(index / 5))}Z`,
      }),
    );
    const office = await withZara();
    const strict = await office.take({ 'r.csv': registers(...rows) });
    expect(strict.file('r.csv').rejectedBy).toEqual({ UNKNOWN_CODE: rows.length });
    const lenient = await office.take({ 'r.csv': registers(...rows) }, { aliases: true });
    expect(lenient.file('r.csv').accepted).toBe(rows.length);
    // The national code has the same meaning.
    const real = rows.map((each) =>
      each.replace(/,([^,]),\\/, (_, symbol: string) => `,${String(supplierAliases.get(symbol))},\\`),
    );
    expect((await office.take({ 'r.csv': registers(...real) })).file('r.csv').repeated).toBe(rows.length);
  });

  it('keeps one-character codes distinct from suppliers’ codes', async () => {
    const office = await withZara();
    const done = await office.take(
      { 'r.csv': registers(marked(ZARA, '2025-09-15', 'I\\')) },
      { aliases: true },
    );
    expect(done.rows('r.csv')).toEqual(['accepted']);
    expect(await week(office)).toMatchObject({ attended: 1, authorised: 1 });
  });

  it('is repeated if the file contains it twice, and conflicts with different marks of the same time', async () => {
    const office = await withZara();
    const done = await office.take({
      'r.csv': registers(
        marked(ZARA, '2025-09-15'),
        marked(ZARA, '2025-09-15', 'I\\'),
        marked(ZARA, '2025-09-15'),
        marked(ZARA, '2025-09-15', '/\\', { at: '2025-09-15T17:00:00+01:00' }),
        marked(ZARA, '2025-09-15', 'I\\', { at: '2025-09-15T16:00:01Z' }),
        marked(ZARA, '2025-09-15', '--', { at: '2025-09-15T16:00:01Z' }),
      ),
    });
    expect(done.rows('r.csv')).toEqual([
      ...['accepted', 'CONFLICTING_MARK', 'repeated', 'repeated', 'accepted'],
      'CONFLICTING_MARK',
    ]);
    expect(await week(office)).toMatchObject({ attended: 1, authorised: 1 });
  });
});
