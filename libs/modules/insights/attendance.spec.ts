import { MENTOR, OTHER_MENTOR, OTHER_SCHOOL, PROGRAMME, SCHOOL } from '@test/support/given';
import { kept, rowsOf } from '@test/support/kept-rows';
import { directory, lineOf } from '@test/support/views/given';
import { everywhere } from '@waymark/core/access';
import type { Scope } from '@waymark/core/kernel';
import { attendance, attendanceHistory } from '@waymark/modules/attendance/views/registers';
import { type CaseloadRow, caseloads } from '@waymark/modules/journey/views/caseload';
import { attendanceBy, attendanceGroups, type AttendanceQuery } from './attendance';

const period = { from: '2025-09-03', to: '2025-10-02' };

/** Absent in 1 session of 10. All sessions before and after the period are absences. */
const atTenth = {
  '2025-08': lineOf({ 29: 'OO' }),
  '2025-09': lineOf({ 2: 'OO', 3: 'I\\', 4: '/\\', 5: '/\\' }),
  '2025-10': lineOf({ 1: '/\\', 2: 'L\\', 3: 'OO' }),
  '2025-11': lineOf({ 3: 'OO' }),
};
/** Absent in 1 session of 2. */
const atHalf = { '2025-09': lineOf({ 8: '/U', 9: '#-' }) };
const present = { '2025-09': lineOf({ 10: '/\\' }) };
const outside = { '2025-08': lineOf({ 29: 'OO' }), '2025-10': lineOf({ 3: 'OO' }) };

const row = (pupil: string, school: string, pages: Readonly<Record<string, string>>) => ({
  [`${pupil}@${school}`]: { pupil, school, pages },
});
const registers = {
  ...row('p1', SCHOOL, atTenth),
  ...row('p2', OTHER_SCHOOL, atHalf),
  ...row('p3', SCHOOL, present),
  ...row('p3', OTHER_SCHOOL, atHalf),
  ...row('p4', SCHOOL, outside),
  ...row('p5', '999999', atHalf),
};

const tenth = {
  possible: 10,
  attended: 9,
  authorised: 1,
  unauthorised: 0,
  notPossible: 0,
  noMark: 0,
  late: 1,
};
const half = { possible: 2, attended: 1, authorised: 0, unauthorised: 1, notPossible: 1, noMark: 1, late: 1 };
const quarter = { ...half, possible: 4, attended: 3 };

const journey = (pupil: string, place: Partial<CaseloadRow>): CaseloadRow => ({
  ...{ pupil, programme: PROGRAMME, school: SCHOOL, yearGroup: 8, phase: 1, phaseName: '', phases: [] },
  ...{ sessionsPlanned: 12, consented: true, ended: false, baselineAbsencePercent: null },
  ...{ sessions: {}, barriers: {}, support: {} },
  ...place,
});

const rows = rowsOf(...directory, kept(attendance, registers));
const by = (query: Partial<AttendanceQuery>, covers = everywhere) =>
  attendanceBy(rows, { by: 'pupil', ...period, ...query }, covers);

describe('attendance', () => {
  it('is grouped by pupil over a period including its first and last day, ordered by key', async () => {
    const severe = { ...half, absencePercent: 50, persistent: true, severe: true };
    expect(await by({})).toStrictEqual([
      { key: 'p1', ...tenth, absencePercent: 10, persistent: true, severe: false },
      { key: 'p2', ...severe },
      { key: 'p3', ...quarter, absencePercent: 25, persistent: true, severe: false },
      { key: 'p5', ...severe },
    ]);
  });

  it('is neither persistent nor severe without absence, and has no rate if no session was possible', async () => {
    const query = { from: '2025-09-10', to: '2025-09-10' };
    expect(await by(query)).toMatchObject([
      { key: 'p3', absencePercent: 0, persistent: false, severe: false },
    ]);
    const [closed] = await by({ from: '2025-09-09', to: '2025-09-09' });
    expect(closed).toMatchObject({
      key: 'p2',
      possible: 0,
      absencePercent: null,
      persistent: false,
      severe: false,
    });
  });

  it('is grouped by school, with the sessions there and the pupils persistently or severely absent there', async () => {
    const rate = { absencePercent: 50, pupils: 1, persistentPupils: 1, severePupils: 1, eligiblePupils: 0 };
    expect(await by({ by: 'school' })).toStrictEqual([
      {
        ...{ key: SCHOOL, name: 'Blackpool Harbour Academy', ...tenth, possible: 12, attended: 11 },
        ...{ absencePercent: 8.3333, pupils: 2, persistentPupils: 1, severePupils: 0, eligiblePupils: 1 },
      },
      {
        ...{ key: OTHER_SCHOOL, name: 'Hastings Castle School' },
        ...{ possible: 4, attended: 2, authorised: 0, unauthorised: 2, notPossible: 2, noMark: 2, late: 2 },
        ...{ ...rate, pupils: 2, persistentPupils: 2, severePupils: 2 },
      },
      { key: '999999', name: '999999', ...half, ...rate },
    ]);
  });

  it.each([
    ['area', 'blackpool', 'Blackpool', 'hastings', 'Hastings'],
    ['region', 'North West', 'North West', 'South East', 'South East'],
  ] as const)(
    'is grouped by %s, with unregistered schools under a separate heading',
    async (group, a, nameA, b, nameB) => {
      const found = await by({ by: group });
      const expected = [
        { key: a, name: nameA, pupils: 2, possible: 12 },
        { key: b, name: nameB, pupils: 2, possible: 4 },
        { key: 'unknown', name: 'unknown', pupils: 1, possible: 2 },
      ];
      expect(found).toMatchObject(expected);
    },
  );

  it('is ordered by key for any order of the registers', async () => {
    const mixed = ['3', '1', '4', '2'].map((school, index) => row(`p${index}`, school, present));
    const unordered = rowsOf(...directory, kept(attendance, Object.assign({}, ...mixed) as typeof registers));
    const found = await attendanceBy(unordered, { by: 'school', ...period }, everywhere);
    expect(found.map(({ key }) => key)).toEqual(['1', '2', '3', '4']);
    expect(attendanceGroups).toEqual(['pupil', 'school', 'area', 'region']);
  });

  it('adds up a pupil’s sessions at two schools of one region, and counts the pupil once', async () => {
    const moved = rowsOf(
      ...directory,
      kept(attendance, { ...row('p3', SCHOOL, atTenth), ...row('p3', '990409', atTenth) }),
    );
    expect(await attendanceBy(moved, { by: 'pupil', ...period }, everywhere)).toMatchObject([
      { key: 'p3', possible: 20, absencePercent: 10 },
    ]);
    const twice = rowsOf(
      ...directory,
      kept(attendance, { ...row('p3', '998', atHalf), ...row('p3', '999', present) }),
    );
    expect(await attendanceBy(twice, { by: 'area', ...period }, everywhere)).toStrictEqual([
      {
        ...{ key: 'unknown', name: 'unknown', ...quarter },
        ...{ absencePercent: 25, pupils: 1, persistentPupils: 1, severePupils: 0, eligiblePupils: 1 },
      },
    ]);
  });

  it.each([
    ['not possible', '##'],
    ['not marked', '--'],
    ['possible', '/\\'],
  ])('includes a pupil whose sessions were all %s, but no pupil without records', async (_, text) => {
    const only = rowsOf(
      ...directory,
      kept(attendance, {
        ...row('p1', SCHOOL, { '2025-09': lineOf({ 3: text }) }),
        ...row('p2', SCHOOL, outside),
      }),
    );
    const found = await attendanceBy(only, { by: 'pupil', ...period }, everywhere);
    expect(found.map(({ key }) => key)).toEqual(['p1']);
    expect(await attendanceBy(only, { by: 'school', ...period }, everywhere)).toMatchObject([{ pupils: 1 }]);
  });
});

describe('attendance as known at a time', () => {
  const known = rowsOf(
    ...directory,
    kept(attendanceHistory, {
      [`p1@${SCHOOL}`]: {
        pupil: 'p1',
        school: SCHOOL,
        recordings: [
          '2025-09-02 2025-09-02T16:00:00Z O O',
          '2025-09-03 2025-09-03T16:00:00Z I C1',
          '2025-09-10 2025-09-10T16:00:00Z / \\',
          '2025-10-02 2025-10-02T16:00:00Z O O',
          '2025-10-03 2025-10-03T16:00:00Z O O',
          '2025-09-03 2025-10-10T09:00:00Z / \\',
        ],
      },
    }),
  );
  const at = async (asKnownAt: string) =>
    (await attendanceBy(known, { by: 'pupil', ...period, asKnownAt }, everywhere)).map(
      ({ key, possible, authorised, unauthorised }) => [key, possible, authorised, unauthorised],
    );

  it('includes what was recorded by then, including at that time', async () => {
    expect(await at('2025-09-03T15:59:59Z')).toEqual([]);
    expect(await at('2025-09-03T16:00:00Z')).toEqual([['p1', 2, 2, 0]]);
    expect(await at('2025-09-10T16:00:00Z')).toEqual([['p1', 4, 2, 0]]);
    expect(await at('2025-10-10T08:59:59Z')).toEqual([['p1', 6, 2, 2]]);
    expect(await at('2025-10-10T09:00:00Z')).toEqual([['p1', 6, 0, 2]]);
  });
});

describe('attendance within reach', () => {
  const journeys = rowsOf(
    ...directory,
    kept(attendance, registers),
    kept(caseloads, {
      a: journey('p1', { mentor: MENTOR }),
      b: journey('p2', { mentor: OTHER_MENTOR, programme: 'another' }),
      c: journey('p3', {}),
      d: journey('p1', { programme: 'another' }),
    }),
  );
  const seen = async (group: AttendanceQuery['by'], covers: (place: Scope) => boolean) =>
    (await attendanceBy(journeys, { by: group, ...period }, covers)).map((found) => [
      found.key,
      found.possible,
    ]);

  it('includes the scopes that are covered', async () => {
    expect(await seen('pupil', ({ area }) => area === 'blackpool')).toEqual([
      ['p1', 10],
      ['p3', 2],
    ]);
    expect(await seen('school', ({ school }) => school === OTHER_SCHOOL)).toEqual([[OTHER_SCHOOL, 4]]);
    expect(await seen('region', ({ region }) => region === 'North West')).toEqual([['North West', 12]]);
    expect(await seen('area', () => false)).toEqual([]);
  });

  it('includes the pupils with a journey in a programme, with their own sessions only', async () => {
    const another = ({ programme }: Scope): boolean => programme === 'another';
    expect(await seen('pupil', another)).toEqual([
      ['p1', 10],
      ['p2', 2],
    ]);
    expect(await seen('school', another)).toEqual([
      [SCHOOL, 10],
      [OTHER_SCHOOL, 2],
    ]);
    expect(await seen('pupil', ({ programme }) => programme === PROGRAMME)).toEqual([
      ['p1', 10],
      ['p3', 4],
    ]);
  });

  it('includes a mentor’s own pupils, but no group because of them', async () => {
    const own = ({ mentor }: Scope): boolean => mentor === MENTOR;
    expect(await seen('pupil', own)).toEqual([['p1', 10]]);
    expect(await seen('school', own)).toEqual([]);
    expect(await seen('pupil', (place) => (Object.values(place) as unknown[]).includes(undefined))).toEqual(
      [],
    );
  });

  it('is checked with the scope of the pupil’s school', async () => {
    const covers = jest.fn((_: Scope) => false);
    await attendanceBy(journeys, { by: 'pupil', ...period }, covers);
    const place = { school: SCHOOL, area: 'blackpool', region: 'North West' };
    expect(covers.mock.calls.map(([asked]) => asked).slice(0, 3)).toStrictEqual([
      place,
      { ...place, programme: PROGRAMME, mentor: MENTOR },
      { ...place, programme: 'another' },
    ]);
  });
});
