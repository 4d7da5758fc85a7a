import { JOURNEY, MENTOR, PROGRAMME, SCHOOL } from '@test/support/given';
import { command, event, spec } from '@test/support/spec';
import { mentor } from './mentor';
import { type MentoredJourney, type Reminders, RemindMentor, toRemindOf } from './reminders';

const TODAY = '2026-02-16';
const OTHER = '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b12';
const SESSION = '8c1f6a2e-7b43-4f0e-9d55-1c2b3a4d5e6f';
const LATER = '8c1f6a2e-7b43-4f0e-9d55-1c2b3a4d5e70';

const appointed = event('MentorAppointed', '2025-09-01', {
  name: 'Oscar Roberts',
  programme: PROGRAMME,
  area: 'blackpool',
  school: SCHOOL,
  from: '2025-09-01',
});

const nothing: Reminders = { overdue: [], quiet: [] };
const overdue = [{ journey: JOURNEY, session: SESSION, on: '2026-02-13' }];
const remind = (what: Partial<Reminders> = {}, on = TODAY) =>
  command(RemindMentor, { on, ...nothing, ...what });
const reminded = (what: Partial<Reminders> = {}, on = TODAY) =>
  event('MentorReminded', on, { on, ...nothing, ...what });

const before = spec(mentor, { id: MENTOR }).given(appointed);

describe('reminding a mentor', () => {
  it('is recorded, with what is to be done', () => {
    before.when(remind({ overdue })).then(reminded({ overdue }));
    before.when(remind({ quiet: [JOURNEY] })).then(reminded({ quiet: [JOURNEY] }));
  });

  it('is left out where there is nothing to say', () => {
    before.when(remind()).thenNothing();
  });

  it('is done once a day, whatever has come up since', () => {
    before
      .given(reminded({ overdue }))
      .when(remind({ overdue, quiet: [JOURNEY] }))
      .thenNothing();
  });

  it('is done again the next day, and not for a day before', () => {
    const since = before.given(reminded({ overdue }));
    since.when(remind({ overdue }, '2026-02-17')).then(reminded({ overdue }, '2026-02-17'));
    since.when(remind({ overdue }, '2026-02-15')).thenNothing();
  });

  it('is for the daily job only', () => {
    expect(mentor.internal).toContain('RemindMentor');
  });

  it('is refused where there is no such mentor', () => {
    spec(mentor).when(remind({ overdue })).thenRefused('UNKNOWN_MENTOR', 'missing');
  });
});

const journey = (
  sessions: MentoredJourney['sessions'],
  differing: Partial<MentoredJourney> = {},
): MentoredJourney => ({ journey: JOURNEY, allocatedOn: '2026-02-10', sessions, ...differing });

describe('what a mentor is to be reminded of', () => {
  it('is nothing where the caseload is empty, or everything is as it should be', () => {
    expect(toRemindOf([], TODAY)).toEqual(nothing);
    const sessions = {
      [SESSION]: { on: '2026-02-13', is: 'held' },
      [LATER]: { on: '2026-02-20', is: 'scheduled' },
    } as const;
    expect(toRemindOf([journey(sessions)], TODAY)).toEqual(nothing);
  });

  it.each([
    ['2026-02-15', overdue.map((session) => ({ ...session, on: '2026-02-15' }))],
    ['2026-02-16', []],
    ['2026-02-17', []],
  ])('is a session planned for %s, from the day after', (on, expected) => {
    const planned = journey({ [SESSION]: { on, is: 'scheduled' } });
    expect(toRemindOf([planned], TODAY)).toEqual({ ...nothing, overdue: expected });
  });

  it('is no session that has an outcome', () => {
    for (const is of ['held', 'not held'] as const)
      expect(toRemindOf([journey({ [SESSION]: { on: '2026-02-13', is } })], TODAY)).toEqual(nothing);
  });

  it('is in the order of the days', () => {
    const first = journey({
      [SESSION]: { on: '2026-02-13', is: 'scheduled' },
      [LATER]: { on: '2026-02-12', is: 'scheduled' },
    });
    const second = journey({ [SESSION]: { on: '2026-02-11', is: 'scheduled' } }, { journey: OTHER });
    expect(toRemindOf([first, second], TODAY).overdue).toEqual([
      { journey: OTHER, session: SESSION, on: '2026-02-11' },
      { journey: JOURNEY, session: LATER, on: '2026-02-12' },
      { journey: JOURNEY, session: SESSION, on: '2026-02-13' },
    ]);
  });

  it.each([
    ['2026-02-02', [JOURNEY]],
    ['2026-02-03', []],
  ])('is a pupil whose last session was on %s: %j', (on, quiet) => {
    const sessions = {
      [SESSION]: { on, is: 'held' },
      [LATER]: { on: '2025-12-01', is: 'held' },
    } as const;
    expect(toRemindOf([journey(sessions, { allocatedOn: '2025-11-24' })], TODAY)).toEqual({
      ...nothing,
      quiet,
    });
  });

  it('is a pupil who has a mentor for two weeks, and has had no session with one since', () => {
    const sessions = {
      [SESSION]: { on: '2026-02-13', is: 'not held' },
      [LATER]: { on: '2025-12-01', is: 'held' },
    } as const;
    const since = (allocatedOn: string) => toRemindOf([journey(sessions, { allocatedOn })], TODAY).quiet;
    expect([since('2026-02-02'), since('2026-02-03')]).toEqual([[JOURNEY], []]);
  });

  it('is quiet pupils in one order, whatever that of the caseload', () => {
    const quiet = [OTHER, JOURNEY].map((id) => journey({}, { journey: id, allocatedOn: '2026-01-05' }));
    expect(toRemindOf(quiet, TODAY).quiet).toEqual([JOURNEY, OTHER]);
  });
});
