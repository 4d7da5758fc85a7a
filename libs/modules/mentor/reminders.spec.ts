import { JOURNEY, MENTOR, PROGRAMME, SCHOOL } from '@test/support/given';
import { command, event, spec } from '@test/support/spec';
import { mentor } from './mentor';
import { type MentoredJourney, type Reminders, RemindMentor, reminderFor } from './reminders';

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
  it('is recorded with the open items', () => {
    before.when(remind({ overdue })).then(reminded({ overdue }));
    before.when(remind({ quiet: [JOURNEY] })).then(reminded({ quiet: [JOURNEY] }));
  });

  it('does nothing if there are no open items', () => {
    before.when(remind()).thenNothing();
  });

  it('happens once a day, even if there are new items', () => {
    before
      .given(reminded({ overdue }))
      .when(remind({ overdue, quiet: [JOURNEY] }))
      .thenNothing();
  });

  it('happens again on the next day, but not for an earlier day', () => {
    const since = before.given(reminded({ overdue }));
    since.when(remind({ overdue }, '2026-02-17')).then(reminded({ overdue }, '2026-02-17'));
    since.when(remind({ overdue }, '2026-02-15')).thenNothing();
  });

  it('is allowed for the daily job only', () => {
    expect(mentor.internal).toContain('RemindMentor');
  });

  it('is refused if the mentor does not exist', () => {
    spec(mentor).when(remind({ overdue })).thenRefused('UNKNOWN_MENTOR', 'missing');
  });
});

const journey = (
  sessions: MentoredJourney['sessions'],
  differing: Partial<MentoredJourney> = {},
): MentoredJourney => ({ journey: JOURNEY, allocatedOn: '2026-02-10', sessions, ...differing });

describe('a reminder', () => {
  it('is empty if the caseload is empty or nothing is open', () => {
    expect(reminderFor([], TODAY)).toEqual(nothing);
    const sessions = {
      [SESSION]: { on: '2026-02-13', is: 'held' },
      [LATER]: { on: '2026-02-20', is: 'scheduled' },
    } as const;
    expect(reminderFor([journey(sessions)], TODAY)).toEqual(nothing);
  });

  it.each([
    ['2026-02-15', overdue.map((session) => ({ ...session, on: '2026-02-15' }))],
    ['2026-02-16', []],
    ['2026-02-17', []],
  ])('includes a session scheduled for %s only from the next day on', (on, expected) => {
    const planned = journey({ [SESSION]: { on, is: 'scheduled' } });
    expect(reminderFor([planned], TODAY)).toEqual({ ...nothing, overdue: expected });
  });

  it('does not include a session with an outcome', () => {
    for (const is of ['held', 'not held'] as const)
      expect(reminderFor([journey({ [SESSION]: { on: '2026-02-13', is } })], TODAY)).toEqual(nothing);
  });

  it('lists sessions ordered by day', () => {
    const first = journey({
      [SESSION]: { on: '2026-02-13', is: 'scheduled' },
      [LATER]: { on: '2026-02-12', is: 'scheduled' },
    });
    const second = journey({ [SESSION]: { on: '2026-02-11', is: 'scheduled' } }, { journey: OTHER });
    expect(reminderFor([first, second], TODAY).overdue).toEqual([
      { journey: OTHER, session: SESSION, on: '2026-02-11' },
      { journey: JOURNEY, session: LATER, on: '2026-02-12' },
      { journey: JOURNEY, session: SESSION, on: '2026-02-13' },
    ]);
  });

  it.each([
    ['2026-02-02', [JOURNEY]],
    ['2026-02-03', []],
  ])('includes a pupil whose last session was on %s: %j', (on, quiet) => {
    const sessions = {
      [SESSION]: { on, is: 'held' },
      [LATER]: { on: '2025-12-01', is: 'held' },
    } as const;
    expect(reminderFor([journey(sessions, { allocatedOn: '2025-11-24' })], TODAY)).toEqual({
      ...nothing,
      quiet,
    });
  });

  it('includes a pupil who has been allocated for two weeks without a held session', () => {
    const sessions = {
      [SESSION]: { on: '2026-02-13', is: 'not held' },
      [LATER]: { on: '2025-12-01', is: 'held' },
    } as const;
    const since = (allocatedOn: string) => reminderFor([journey(sessions, { allocatedOn })], TODAY).quiet;
    expect([since('2026-02-02'), since('2026-02-03')]).toEqual([[JOURNEY], []]);
  });

  it('lists quiet journeys in the same order for any order of the caseload', () => {
    const quiet = [OTHER, JOURNEY].map((id) => journey({}, { journey: id, allocatedOn: '2026-01-05' }));
    expect(reminderFor(quiet, TODAY).quiet).toEqual([JOURNEY, OTHER]);
  });
});
