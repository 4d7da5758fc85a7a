import { MENTOR, OTHER_MENTOR, PROGRAMME, SCHOOL } from '@test/support/given';
import { kept, rowsOf } from '@test/support/kept-rows';
import { mentorRow } from '@test/support/views/given';
import { type CaseloadRow, caseloads } from '@waymark/modules/journey/views/caseload';
import { type MentorRow, mentors } from '@waymark/modules/mentor/views/mentors';
import { caseloadOf, remindersOn } from './caseload';
import type { Names } from './names';

const plain: CaseloadRow = {
  pupil: 'pupil-1',
  programme: PROGRAMME,
  school: SCHOOL,
  yearGroup: 8,
  phase: 1,
  phaseName: 'Trust and obstacles',
  phases: ['Trust and obstacles'],
  sessionsPlanned: 12,
  consented: true,
  ended: false,
  baselineAbsencePercent: null,
  sessions: {},
  barriers: {},
  support: {},
  mentor: MENTOR,
};
const busy: CaseloadRow = {
  ...plain,
  pupil: 'pupil-2',
  allocatedOn: '2025-10-27',
  phase: 2,
  phaseName: 'Goals and actions',
  baselineAbsencePercent: 12.5,
  sessions: {
    a: { on: '2025-11-10', is: 'held' },
    b: { on: '2025-11-17', is: 'held' },
    c: { on: '2025-11-03', is: 'held' },
    d: { on: '2025-11-24', is: 'not held' },
    e: { on: '2025-12-08', is: 'scheduled' },
    f: { on: '2025-12-01', is: 'scheduled' },
  },
  barriers: {
    x: { kind: 'TRANSPORT', severity: 0 },
    y: { kind: 'FAMILY_CONFLICT', severity: 1, awaitsDecision: true },
    z: { kind: 'HOUSING' },
  },
  support: { r: { step: 'made' } },
};

const plainEntry = {
  journey: 'a',
  pupil: 'pupil-1',
  school: SCHOOL,
  yearGroup: 8,
  phase: 1,
  phaseName: 'Trust and obstacles',
  sessionsHeld: 0,
  sessionsNotHeld: 0,
  sessionsPlanned: 12,
  baselineAbsencePercent: null,
  barriers: [],
  support: [],
};
const busyEntry = {
  ...plainEntry,
  journey: 'b',
  pupil: 'pupil-2',
  allocatedOn: '2025-10-27',
  phase: 2,
  phaseName: 'Goals and actions',
  sessionsHeld: 3,
  sessionsNotHeld: 1,
  lastSession: '2025-11-17',
  nextSession: '2025-12-01',
  baselineAbsencePercent: 12.5,
  barriers: [
    { barrier: 'y', kind: 'FAMILY_CONFLICT', severity: 1, awaitsDecision: true },
    { barrier: 'z', kind: 'HOUSING' },
  ],
  support: [{ referral: 'r', step: 'made' }],
};

const rowsWith = (mentor: Partial<MentorRow> = {}) =>
  rowsOf(
    kept(mentors, { [MENTOR]: { ...mentorRow, ...mentor }, 'M-890-3': mentorRow }),
    kept(caseloads, { b: busy, a: plain, c: { ...plain, mentor: OTHER_MENTOR } }),
  );

describe('a caseload', () => {
  it('has the mentor’s pupils ordered by journey, without names', async () => {
    expect(await caseloadOf(rowsWith(), MENTOR, {})).toStrictEqual({
      mentor: MENTOR,
      pupils: 2,
      items: [plainEntry, busyEntry],
    });
  });

  it('is empty for a mentor without pupils, and undefined for an unknown mentor', async () => {
    expect(await caseloadOf(rowsWith(), 'M-890-3', {})).toStrictEqual({
      mentor: 'M-890-3',
      pupils: 0,
      items: [],
    });
    expect(await caseloadOf(rowsWith(), OTHER_MENTOR, {})).toBeUndefined();
  });

  it('comes in pages, each with the total number of pupils', async () => {
    expect(await caseloadOf(rowsWith(), MENTOR, { limit: 1 })).toStrictEqual({
      mentor: MENTOR,
      pupils: 2,
      items: [plainEntry],
      next: 'a',
    });
    expect(await caseloadOf(rowsWith(), MENTOR, { limit: 1, after: 'a' })).toStrictEqual({
      mentor: MENTOR,
      pupils: 2,
      items: [busyEntry],
    });
  });

  it('has the given names, for pupils on the page only', async () => {
    const pupils = jest.fn(
      async (_: readonly string[]) =>
        new Map([['pupil-2', { forename: 'Zara', surname: 'Farouk', upn: 'unseen' }]]),
    );
    const names: Names = {
      pupils,
      mentors: async (ids) => new Map(ids.map((id) => [id, 'Oscar Roberts'])),
      services: async () => new Map([['r', 'Early Help']]),
    };
    expect(await caseloadOf(rowsWith(), MENTOR, {}, { names })).toStrictEqual({
      mentor: MENTOR,
      name: 'Oscar Roberts',
      pupils: 2,
      items: [
        plainEntry,
        {
          ...busyEntry,
          name: 'Zara Farouk',
          support: [{ referral: 'r', service: 'Early Help', step: 'made' }],
        },
      ],
    });
    await caseloadOf(rowsWith(), MENTOR, { limit: 1 }, { names });
    expect(pupils.mock.calls).toEqual([[['pupil-1', 'pupil-2']], [['pupil-1']]]);

    const nobody: Names = {
      pupils: async () => new Map(),
      mentors: async () => new Map(),
      services: async () => new Map(),
    };
    expect(await caseloadOf(rowsWith(), MENTOR, {}, { names: nobody })).toStrictEqual({
      mentor: MENTOR,
      pupils: 2,
      items: [plainEntry, busyEntry],
    });
  });
});

describe('reminders in a caseload', () => {
  const remindersAfter = async (reminded: NonNullable<MentorRow['reminded']>) =>
    (await caseloadOf(rowsWith({ reminded }), MENTOR, {}))!.reminders;
  const session = (journey: string, session: string, on: string) => ({ journey, session, on });
  const overdue = [session('b', 'f', '2025-12-01')];

  it('are the open items of the latest reminder', async () => {
    const reminded = {
      on: '2025-12-02',
      overdue: [
        session('b', 'd', '2025-11-24'), // was recorded as not held since
        ...overdue,
        session('a', 'f', '2025-12-01'), // is no longer on the journey
        session('c', 'f', '2025-12-01'), // is with another mentor now
      ],
      quiet: ['a', 'b', 'c'],
    };
    expect(await remindersAfter(reminded)).toStrictEqual({ on: '2025-12-02', overdue, quiet: ['a', 'b'] });
  });

  it('are one overdue session and one quiet journey if those are open', async () => {
    const reminded = { on: '2025-12-02', overdue, quiet: ['a'] };
    expect(await remindersAfter(reminded)).toStrictEqual(reminded);
  });

  it('leave out a pupil with a session in the two weeks before that day', async () => {
    const quiet = ['a', 'b'];
    expect(await remindersAfter({ on: '2025-11-30', overdue: [], quiet })).toStrictEqual({
      on: '2025-11-30',
      overdue: [],
      quiet: ['a'],
    });
    expect(await remindersAfter({ on: '2025-12-01', overdue: [], quiet })).toMatchObject({ quiet });
  });

  it('are overdue sessions only if only those are open', async () => {
    expect(await remindersAfter({ on: '2025-12-02', overdue, quiet: [] })).toStrictEqual({
      on: '2025-12-02',
      overdue,
      quiet: [],
    });
  });

  it('are absent if nothing is open or there was no reminder', async () => {
    const reminded = { on: '2025-11-30', overdue: [session('b', 'd', '2025-11-24')], quiet: ['b'] };
    expect(await caseloadOf(rowsWith({ reminded }), MENTOR, {})).not.toHaveProperty('reminders');
    expect(await caseloadOf(rowsWith(), MENTOR, {})).not.toHaveProperty('reminders');
  });

  it('are computed from rows, with the journeys’ ids', () => {
    const found = [
      { key: 'a', row: plain },
      { key: 'b', row: busy },
    ];
    expect(remindersOn(found, '2025-12-09')).toStrictEqual({
      overdue: [session('b', 'f', '2025-12-01'), session('b', 'e', '2025-12-08')],
      quiet: ['a', 'b'],
    });
    expect(remindersOn(found, '2025-11-30')).toStrictEqual({ overdue: [], quiet: ['a'] });
  });
});
