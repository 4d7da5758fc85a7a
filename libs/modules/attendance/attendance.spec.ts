import { OTHER_SCHOOL, PUPIL, pupilFacts, SCHOOL, schoolFacts } from '@test/support/given';
import { command, event, spec } from '@test/support/spec';
import type { EventMetadata } from '@waymark/core/kernel';
import {
  attendance,
  faultOf,
  KnownDays,
  type MarkPart,
  type MarkRecorded,
  RecordAttendance,
} from './attendance';
import { emptyRegister } from './register';

const WEDNESDAY = '2025-09-03';
const MONDAY = '2025-09-01';
const EARLY = '2025-09-03T16:00:00Z';
const LATE = '2025-09-05T09:30:00Z';

const mark = (differing: Partial<MarkPart> = {}): MarkPart => ({
  on: WEDNESDAY,
  am: '/',
  pm: '\\',
  at: EARLY,
  ...differing,
});
const record = (...marks: MarkPart[]) => command(RecordAttendance, { school: SCHOOL, marks });
const recorded = (...marks: MarkRecorded[]) =>
  event('AttendanceRecorded', marks[0]!.on, { school: SCHOOL, week: MONDAY, marks });

const nothing = spec(attendance, { id: PUPIL }).with({ pupil: pupilFacts, school: schoolFacts });
const before = nothing.given(recorded(mark()));

const over = (register: typeof nothing, from = WEDNESDAY, to = from) =>
  register.facts()?.countsOver({ from, to });

describe('recording attendance', () => {
  it('keeps the marks with the school’s time of recording', () => {
    nothing.when(record(mark())).then(recorded(mark()));
    expect(over(before)).toMatchObject({ possible: 2, attended: 2 });
  });

  it('leads to one event per week, ordered by week, dated with the first day in the command', () => {
    nothing
      .when(
        record(mark({ on: '2025-09-11' }), mark({ on: '2025-09-05' }), mark({ on: '2025-09-09' }), mark()),
      )
      .then(
        event('AttendanceRecorded', '2025-09-05', {
          school: SCHOOL,
          week: MONDAY,
          marks: [mark({ on: '2025-09-05' }), mark()],
        }),
        event('AttendanceRecorded', '2025-09-11', {
          school: SCHOOL,
          week: '2025-09-08',
          marks: [mark({ on: '2025-09-11' }), mark({ on: '2025-09-09' })],
        }),
      );
  });

  it('treats a blank as a missing mark', () => {
    nothing.when(record(mark({ am: '', pm: '-' }))).then(recorded(mark({ am: '-', pm: '-' })));
    expect(over(nothing.after(record(mark({ am: '', pm: 'I' }))))).toMatchObject({
      possible: 1,
      authorised: 1,
      noMark: 1,
    });
  });

  it('converts the time to UTC', () => {
    nothing.when(record(mark({ at: '2025-09-03T17:00:00+01:00' }))).then(recorded(mark()));
  });

  it('changes nothing if it is already recorded, even with another UTC offset', () => {
    before.when(record(mark())).thenNothing();
    before.when(record(mark({ at: '2025-09-03T17:00:00+01:00' }), mark())).thenNothing();
    before.when(record(mark(), mark({ on: '2025-09-04' }))).then(recorded(mark({ on: '2025-09-04' })));
  });

  it('records a duplicate row only once', () => {
    nothing.when(record(mark(), mark())).then(recorded(mark()));
  });
});

describe('marks for a day that already has a recording', () => {
  const mended = mark({ am: 'I', pm: 'I', at: LATE });

  it('are in force if they were recorded later', () => {
    before.when(record(mended)).then(recorded(mended));
    expect(over(before.after(record(mended)))).toMatchObject({ attended: 0, authorised: 2 });
  });

  it('are kept but not in force if they were recorded earlier', () => {
    const later = nothing.given(recorded(mended));
    later.when(record(mark())).then(recorded({ ...mark(), superseded: true }));
    expect(over(later.after(record(mark())))).toMatchObject({ attended: 0, authorised: 2 });
  });

  it('follow the same rule within one command, in either order', () => {
    const superseded = { ...mark(), superseded: true } as const;
    nothing.when(record(mark(), mended)).then(recorded(superseded, mended));
    nothing.when(record(mended, mark())).then(recorded(mended, superseded));
  });

  it('can correct one half of the day only, or remove a mark', () => {
    const noMark = mark({ am: '-', at: LATE });
    expect(over(before.after(record(noMark)))).toMatchObject({ attended: 1, noMark: 1 });
  });

  it('are refused if they differ from marks with the same time of recording', () => {
    for (const other of [
      mark({ am: 'L' }),
      mark({ pm: 'L' }),
      mark({ am: 'L', at: '2025-09-03T17:00:00+01:00' }),
    ]) {
      before.when(record(other)).thenRefused('CONFLICTING_MARK', 'invalid');
      nothing.when(record(mark(), other)).thenRefused('CONFLICTING_MARK', 'invalid');
    }
    before
      .after(record(mended))
      .when(record(mark({ am: 'L' })))
      .thenRefused('CONFLICTING_MARK', 'invalid');
  });

  it('can have the same time of recording on another day', () => {
    before
      .when(record(mark({ on: '2025-09-04', am: 'L' })))
      .then(recorded(mark({ on: '2025-09-04', am: 'L' })));
  });

  it('are compared as new, repeated or conflicting', () => {
    const known = new KnownDays(emptyRegister);
    expect(known.take(mended)).toBe('new');
    expect(known.take(mark())).toBe('new');
    expect(known.take(mark())).toBe('repeated');
    expect(known.take(mark({ pm: 'U' }))).toBe('CONFLICTING_MARK');
    expect([known.stands(mended), known.stands(mark())]).toEqual([true, false]);
  });
});

describe('an invalid mark', () => {
  it.each([
    ['on a Saturday', { on: '2025-09-06' }, 'NOT_A_SCHOOL_DAY'],
    ['on a Sunday', { on: '2025-09-07' }, 'NOT_A_SCHOOL_DAY'],
    ['with an unknown code in the morning', { am: 'A' }, 'UNKNOWN_CODE'],
    ['with an unknown code in the afternoon', { pm: 'i' }, 'UNKNOWN_CODE'],
    ['with a supplier’s alias', { am: '<' }, 'UNKNOWN_CODE'],
    ['with a code no longer in use', { am: 'H' }, 'CODE_NOT_IN_USE'],
    ['with the afternoon’s mark in the morning', { am: '\\' }, 'WRONG_SESSION'],
    ['with the morning’s mark in the afternoon', { pm: '/' }, 'WRONG_SESSION'],
    ['of no moment', { at: '2025-09-03' }, 'INVALID_RECORDED_AT'],
    ['of a moment without offset', { at: '2025-09-03T16:00:00' }, 'INVALID_RECORDED_AT'],
  ])('is refused %s', (_, differing, code) => {
    nothing.when(record(mark({ on: '2025-09-04' }), mark(differing))).thenRefused(code, 'invalid');
  });

  it.each([
    ['2024-08-16', 'K', 'H'],
    ['2024-08-16', 'Y1', 'Y'],
    ['2024-08-19', 'H', 'K'],
    ['2024-08-19', 'J', 'J1'],
  ])('is refused for a code not in use on %s: %s, while %s is in use', (on, not, code) => {
    const week = on === '2024-08-16' ? '2024-08-12' : '2024-08-19';
    nothing.when(record(mark({ on, am: not }))).thenRefused('CODE_NOT_IN_USE', 'invalid');
    nothing.when(record(mark({ on, pm: not }))).thenRefused('CODE_NOT_IN_USE', 'invalid');
    nothing
      .when(record(mark({ on, am: code, pm: code })))
      .then(
        event('AttendanceRecorded', on, { school: SCHOOL, week, marks: [mark({ on, am: code, pm: code })] }),
      );
  });

  it('is refused for the first reason in the order of the checks', () => {
    const now = '2025-09-10T09:00:00.000Z';
    const wrong = { on: '2025-09-06', am: '\\', pm: 'A', at: '2025-09-11T09:00:01Z' };
    expect(faultOf(wrong, now)).toBe('NOT_A_SCHOOL_DAY');
    expect(faultOf({ ...wrong, on: WEDNESDAY }, now)).toBe('UNKNOWN_CODE');
    expect(faultOf({ ...wrong, on: WEDNESDAY, pm: 'H' }, now)).toBe('CODE_NOT_IN_USE');
    expect(faultOf({ ...wrong, on: WEDNESDAY, pm: '\\' }, now)).toBe('WRONG_SESSION');
    expect(faultOf(mark({ at: wrong.at }), now)).toBe('RECORDED_IN_FUTURE');
    expect(faultOf(mark({ at: '2025-09-11T09:00:00Z' }), now)).toBeUndefined();
  });

  it('is refused with a time of recording in the future, which no later recording could correct', () => {
    nothing.when(record(mark({ at: '9999-12-31T00:00:00Z' }))).thenRefused('RECORDED_IN_FUTURE', 'invalid');
  });

  it('counts at the time when the service recorded it, if an earlier release accepted a time in the future', () => {
    const [upcast] = attendance.upcasters.get('AttendanceRecorded')!;
    const recorded = {
      school: SCHOOL,
      week: '2025-09-01',
      marks: [mark(), mark({ at: '9999-12-31T00:00:00Z' })],
    };
    const metadata = { recordedAt: '2025-09-10T09:00:00.123Z' } as EventMetadata;
    expect(upcast!(recorded as never, metadata)).toEqual({
      ...recorded,
      marks: [mark(), mark({ at: '2025-09-10T09:00:00Z' })],
    });
  });

  it('is refused if the pupil is at another school on that day', () => {
    const moving = { schoolOn: (day: string) => (day < '2025-09-08' ? OTHER_SCHOOL : SCHOOL) };
    const moved = nothing.with({ pupil: moving });
    const there = mark({ on: '2025-09-08' });

    moved.when(record(mark({ on: '2025-09-05' }))).thenRefused('SCHOOL_MISMATCH', 'invalid');
    moved.when(record(there, mark({ on: '2025-09-05' }))).thenRefused('SCHOOL_MISMATCH', 'invalid');
    moved
      .when(record(there))
      .then(event('AttendanceRecorded', there.on, { school: SCHOOL, week: there.on, marks: [there] }));
    moved.when(command(RecordAttendance, { school: OTHER_SCHOOL, marks: [mark({ on: '2025-09-05' })] })).then(
      event('AttendanceRecorded', '2025-09-05', {
        school: OTHER_SCHOOL,
        week: MONDAY,
        marks: [mark({ on: '2025-09-05' })],
      }),
    );
  });

  it('is refused if the pupil or the school is unknown', () => {
    const nobody = nothing.with({ pupil: (id: string) => (id === PUPIL ? undefined : pupilFacts) });
    nobody.when(record(mark())).thenRefused('UNKNOWN_PUPIL', 'missing');
    const nowhere = nothing.with({ school: (urn: string) => (urn === SCHOOL ? undefined : schoolFacts) });
    nowhere.when(record(mark())).thenRefused('UNKNOWN_SCHOOL', 'invalid');
  });
});

describe('a register', () => {
  it('without marks counts nothing', () => {
    expect(over(nothing, '2025-09-01', '2026-07-31')).toMatchObject({ possible: 0, noMark: 0 });
  });

  it('belongs to the pupil', () => {
    expect(attendance.subject?.(before.now() as never, PUPIL)).toBe(PUPIL);
  });

  it.each([
    ['absent in both halves', 'I', 'O', true],
    ['absent in the only half that was possible', 'I', 'X', true],
    ['absent in the morning', 'I', '\\', false],
    ['late', 'L', '\\', false],
    ['not required to be there', 'X', 'X', false],
    ['without a mark', '-', '-', false],
  ])('shows whether a pupil %s (%s %s) was absent that day: %s', (_, am, pm, absent) => {
    const register = nothing.given(recorded(mark({ am, pm })));
    expect(register.facts()?.absentOn(WEDNESDAY)).toBe(absent);
    expect(register.facts()?.absentOn('2025-09-04')).toBe(false);
  });
});
