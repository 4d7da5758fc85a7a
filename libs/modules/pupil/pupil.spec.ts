import { OTHER_SCHOOL, PUPIL, SCHOOL, schoolFacts } from '@test/support/given';
import { command, event, spec } from '@test/support/spec';
import { ChangeUpn, CorrectPupilDetails, MoveSchool, RegisterPupil } from './identity';
import { pupil } from './pupil';

const UPN = 'T80640122400B';
const PERMANENT = 'H801200001001';
const THIRD_SCHOOL = '990403';
const TODAY = '2026-02-15';
const reason = 'The surname was misspelt.';

const details = { forename: 'Zara', surname: 'Farouk', dateOfBirth: '2013-02-15' };

const register = (differing: Partial<RegisterPupil> = {}) =>
  command(RegisterPupil, { upn: UPN, ...details, school: SCHOOL, schoolFrom: '2025-09-01', ...differing });
const registered = event('PupilRegistered', '2025-09-01', {
  upn: UPN,
  ...details,
  school: SCHOOL,
  schoolFrom: '2025-09-01',
});
const changeUpn = (upn: string) => command(ChangeUpn, { upn });
const correct = (differing: Partial<CorrectPupilDetails> = {}) =>
  command(CorrectPupilDetails, { ...details, reason, ...differing });
const move = (school: string, from: string) => command(MoveSchool, { school, from });
const moved = (school: string, from: string) => event('PupilMovedSchool', from, { school, from });

const nothing = spec(pupil, { id: PUPIL, now: `${TODAY}T09:00:00.000Z` }).with({ school: schoolFacts });
const before = nothing.given(registered);

describe('registering a pupil', () => {
  it('records the pupil’s details', () => {
    nothing.when(register()).then(registered);
    nothing
      .when(register({ sex: 'F' }))
      .then(event('PupilRegistered', '2025-09-01', { ...registered.data, sex: 'F' }));
  });

  it('claims the UPN, which only one pupil can have', () => {
    nothing.when(register()).thenClaimed(['upn', UPN]);
  });

  it('changes nothing if repeated with the same details, even with a former UPN', () => {
    before.when(register()).thenNothing();
    before.after(changeUpn(PERMANENT)).when(register()).thenNothing();
    before
      .after(changeUpn(PERMANENT))
      .when(register({ upn: PERMANENT }))
      .thenNothing();
  });

  it('changes nothing if repeated with the corrected details', () => {
    before
      .after(correct({ surname: 'Faruk' }))
      .when(register({ surname: 'Faruk' }))
      .thenNothing();
    before
      .after(move(OTHER_SCHOOL, '2026-01-05'))
      .when(register({ school: OTHER_SCHOOL, schoolFrom: '2026-01-05' }))
      .thenNothing();
  });

  it.each([
    ['UPN', { upn: PERMANENT }],
    ['forename', { forename: 'Sara' }],
    ['surname', { surname: 'Faruk' }],
    ['date of birth', { dateOfBirth: '2013-02-16' }],
    ['sex', { sex: 'F' }],
    ['school', { school: OTHER_SCHOOL }],
    ['first day at the school', { schoolFrom: '2025-09-08' }],
  ])('is refused if repeated with another %s', (_, differing) => {
    before.when(register(differing)).thenRefused('PUPIL_ALREADY_REGISTERED');
  });

  it('is refused if the school is unknown', () => {
    nothing
      .with({ school: (urn: string) => (urn === OTHER_SCHOOL ? schoolFacts : undefined) })
      .when(register())
      .thenRefused('UNKNOWN_SCHOOL', 'invalid');
  });
});

describe('changing a UPN', () => {
  const changed = (upn: string, former: string) => event('UpnChanged', TODAY, { upn, former });

  it('keeps the former UPN', () => {
    before.when(changeUpn(PERMANENT)).then(changed(PERMANENT, UPN));
    before.when(changeUpn(PERMANENT)).thenClaimed(['upn', PERMANENT]);
  });

  it('can restore a former UPN', () => {
    before.after(changeUpn(PERMANENT)).when(changeUpn(UPN)).then(changed(UPN, PERMANENT));
  });

  it('changes nothing if the pupil already has the UPN', () => {
    before.when(changeUpn(UPN)).thenNothing();
  });

  it('is refused if the pupil does not exist', () => {
    nothing.when(changeUpn(PERMANENT)).thenRefused('UNKNOWN_PUPIL', 'missing');
  });
});

describe('correcting a pupil’s details', () => {
  it.each([
    ['forename', { forename: 'Sara' }],
    ['surname', { surname: 'Faruk' }],
    ['date of birth', { dateOfBirth: '2013-02-16' }],
    ['sex', { sex: 'X' }],
  ])('changes the %s', (_, differing) => {
    const right = { ...details, ...differing, reason };
    before.when(correct(differing)).then(event('PupilDetailsCorrected', TODAY, right));
    before.after(correct(differing)).when(correct(differing)).thenNothing();
  });

  it('can remove the sex', () => {
    before
      .after(correct({ sex: 'F' }))
      .when(correct())
      .then(event('PupilDetailsCorrected', TODAY, { ...details, reason }));
  });

  it('is refused if the details are unchanged, unless it is a retry', () => {
    before.when(correct()).thenRefused('NOTHING_TO_CORRECT');
    const put = before.after(correct({ surname: 'Faruk' }));
    put.when(correct({ surname: 'Faruk', reason: 'So it is.' })).thenRefused('NOTHING_TO_CORRECT');
  });

  it('is refused if the pupil does not exist', () => {
    nothing.when(correct()).thenRefused('UNKNOWN_PUPIL', 'missing');
  });
});

describe('moving to another school', () => {
  it('is recorded with its day', () => {
    before.when(move(OTHER_SCHOOL, '2026-01-05')).then(moved(OTHER_SCHOOL, '2026-01-05'));
  });

  it.each([
    ['before the first that is known', [], '2024-01-01', SCHOOL],
    ['on the first day', [], '2025-09-01', SCHOOL],
    ['the day before the move', [['2026-01-05', OTHER_SCHOOL]], '2026-01-04', SCHOOL],
    ['on the day of the move', [['2026-01-05', OTHER_SCHOOL]], '2026-01-05', OTHER_SCHOOL],
    [
      'between two moves recorded in the wrong order',
      [
        ['2026-01-05', OTHER_SCHOOL],
        ['2025-11-03', THIRD_SCHOOL],
      ],
      '2026-01-04',
      THIRD_SCHOOL,
    ],
    [
      'after a move corrected on the same day',
      [
        ['2026-01-05', OTHER_SCHOOL],
        ['2026-01-05', THIRD_SCHOOL],
      ],
      '2026-02-01',
      THIRD_SCHOOL,
    ],
    [
      'after a move that was revoked',
      [
        ['2026-01-05', OTHER_SCHOOL],
        ['2026-01-05', SCHOOL],
      ],
      '2026-02-01',
      SCHOOL,
    ],
  ] as const)('finds the pupil’s school %s', (_, moves, day, school) => {
    const there = before.after(...moves.map(([from, to]) => move(to, from)));
    expect(there.facts()?.schoolOn(day)).toBe(school);
  });

  it('is kept in order of days, with one school per day', () => {
    const there = before.after(
      move(OTHER_SCHOOL, '2026-01-05'),
      move(THIRD_SCHOOL, '2025-11-03'),
      move(SCHOOL, '2026-01-05'),
    );
    expect(there.now().schools).toEqual([
      { school: SCHOOL, from: '2025-09-01' },
      { school: THIRD_SCHOOL, from: '2025-11-03' },
      { school: SCHOOL, from: '2026-01-05' },
    ]);
    expect(there.facts()?.schoolOn('2026-02-01')).toBe(SCHOOL);
  });

  it('changes nothing if it is already recorded, and is refused if the pupil is there from another day', () => {
    const there = before.after(move(OTHER_SCHOOL, '2026-01-05'));
    there.when(move(OTHER_SCHOOL, '2026-01-05')).thenNothing();
    before.when(move(SCHOOL, '2025-09-01')).thenNothing();
    there.when(move(OTHER_SCHOOL, '2026-01-12')).thenRefused('ALREADY_AT_SCHOOL');
    before.when(move(SCHOOL, '2026-01-05')).thenRefused('ALREADY_AT_SCHOOL');
  });

  it('is refused if the school is unknown', () => {
    before
      .with({ school: (urn: string) => (urn === SCHOOL ? schoolFacts : undefined) })
      .when(move(OTHER_SCHOOL, '2026-01-05'))
      .thenRefused('UNKNOWN_SCHOOL', 'invalid');
  });

  it('is refused if the pupil does not exist', () => {
    nothing.when(move(OTHER_SCHOOL, '2026-01-05')).thenRefused('UNKNOWN_PUPIL', 'missing');
  });
});

describe('a pupil', () => {
  it('is unknown before registration, and is the subject of the record', () => {
    expect(nothing.facts()).toBeUndefined();
    expect(pupil.subject?.(before.now() as never, PUPIL)).toBe(PUPIL);
  });

  it('has all names and numbers marked as personal', () => {
    const personal = ['upn', 'forename', 'surname', 'dateOfBirth', 'sex'];
    expect(pupil.personal.get('PupilRegistered')).toEqual(personal);
    expect(pupil.personal.get('UpnChanged')).toEqual(['upn', 'former']);
    expect(pupil.personal.get('PupilDetailsCorrected')).toEqual([...personal.slice(1), 'reason']);
  });
});
