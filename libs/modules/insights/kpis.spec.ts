import { OTHER_MENTOR, OTHER_SCHOOL, PROGRAMME, SCHOOL } from '@test/support/given';
import { kept, rowsOf } from '@test/support/kept-rows';
import { blackpool, definition, lineOf } from '@test/support/views/given';
import { far, kpis, published, rate, referred } from '@test/support/views/given-kpis';
import { everywhere } from '@waymark/core/access';
import { addDays } from '@waymark/core/fields';
import { mentors } from '@waymark/modules/mentor/views/mentors';
import { programmes } from '@waymark/modules/programme/views/programmes';
import { schools } from '@waymark/modules/school/views/schools';
import { kpisBy } from './kpis';
import { type KpiRow, pupilOutcomes } from './views/pupil-outcomes';

/** Baseline: 2 of 10 sessions absent, 20%. Follow-up: 1 of 8, 12.5%. All sessions outside both periods are absences. */
const better: KpiRow['pages'] = {
  '2025-09': lineOf({ 2: 'OO', 3: 'I/', 4: '/\\', 5: 'L\\' }),
  '2025-10': lineOf({ 23: '/\\', 24: '/O', 27: 'OO' }),
  '2025-11': lineOf({ 3: '/\\', 4: 'U\\' }),
  '2026-02': lineOf({ 12: '/\\', 13: '/\\', 16: 'OO' }),
};
/** Baseline: 4 of 6, severe. Follow-up: no session was possible. */
const unknownAfter: KpiRow['pages'] = {
  '2025-09': lineOf({ 3: 'OO', 4: 'OO', 5: '/\\' }),
  '2025-11': lineOf({ 3: '##', 4: '--' }),
};

const sums = { notPossible: 0, noMark: 0, late: 0, authorised: 0, unauthorised: 0, attended: 0, possible: 0 };
const none = {
  ...sums,
  absencePercent: null,
  pupils: 1,
  persistentPupils: 0,
  severePupils: 0,
  eligiblePupils: 0,
};
const betterBefore = {
  ...none,
  possible: 10,
  attended: 8,
  authorised: 1,
  unauthorised: 1,
  late: 1,
  absencePercent: 20,
  persistentPupils: 1,
  eligiblePupils: 1,
};
const betterAfter = {
  ...none,
  possible: 8,
  attended: 7,
  unauthorised: 1,
  late: 1,
  absencePercent: 12.5,
  persistentPupils: 1,
  eligiblePupils: 1,
};

describe('KPIs', () => {
  it('are the funnel, the sessions, and absence before and after, with a negative change if it fell', async () => {
    expect(await kpis({ a: { journeys: { 1: far }, pages: better } }, { by: 'area' })).toStrictEqual([
      {
        key: 'blackpool',
        name: 'Blackpool',
        referred: 1,
        eligible: 1,
        consented: 1,
        allocated: 1,
        started: 1,
        completed: 1,
        sessionsHeld: 3,
        sessionsNotHeld: 4,
        notHeld: { acceptable: 1, unacceptable: 2, logistics: 1 },
        minutesHeld: 135,
        baseline: betterBefore,
        followUp: betterAfter,
        changePoints: -7.5,
        published: { localAuthority: rate('Blackpool', 10.5), region: rate('North West', 9.25) },
      },
    ]);
  });

  it('count a pupil who was only referred, without a rate if no session was possible', async () => {
    const [only] = await kpis({ a: { journeys: { 1: referred }, pages: {} } }, { by: 'school' });
    expect(only).toMatchObject({
      ...{ referred: 1, eligible: 0, consented: 0, allocated: 0, started: 0, completed: 0 },
      ...{ sessionsHeld: 0, sessionsNotHeld: 0, minutesHeld: 0, changePoints: null },
    });
    expect([only!.baseline, only!.followUp]).toStrictEqual([none, none]);
  });

  it('have no change if there is a rate only before or only after', async () => {
    const [before] = await kpis({ a: { journeys: { 1: far }, pages: unknownAfter } }, { by: 'school' });
    expect(before).toMatchObject({
      baseline: { absencePercent: 66.6667 },
      followUp: { notPossible: 2, noMark: 2, absencePercent: null },
    });
    expect(before!.changePoints).toBeNull();
    const [after] = await kpis(
      { a: { journeys: { 1: far }, pages: { '2025-11': lineOf({ 3: 'O\\' }) } } },
      { by: 'school' },
    );
    expect(after).toMatchObject({ baseline: { absencePercent: null }, followUp: { absencePercent: 50 } });
    expect(after!.changePoints).toBeNull();
  });

  it('add pupils up before dividing, and count who is in the programme’s band', async () => {
    const [both] = await kpis(
      { a: { journeys: { 1: far }, pages: better }, b: { journeys: { 2: far }, pages: unknownAfter } },
      { by: 'school' },
    );
    // 6 of 16, not the mean of 20 and 66.6667. The second pupil is above the band, and has no follow-up rate.
    expect(both!.baseline).toStrictEqual({
      ...{ possible: 16, attended: 10, authorised: 1, unauthorised: 5, notPossible: 0, noMark: 0, late: 1 },
      ...{ absencePercent: 37.5, pupils: 2, persistentPupils: 2, severePupils: 1, eligiblePupils: 1 },
    });
    expect(both!.followUp).toStrictEqual({ ...betterAfter, pupils: 2, notPossible: 2, noMark: 2 });
    expect(both!.changePoints).toBe(-25);
    expect(both).toMatchObject({
      referred: 2,
      completed: 2,
      sessionsHeld: 6,
      minutesHeld: 270,
      sessionsNotHeld: 8,
    });
  });

  it('have a positive change if absence rose, rounded to four decimals', async () => {
    const pages = { '2025-09': lineOf({ 3: '/\\' }), '2025-11': lineOf({ 3: 'O\\', 4: '/ ' }) };
    expect(await kpis({ a: { journeys: { 1: far }, pages } }, { by: 'school' })).toMatchObject([
      { changePoints: 33.3333 },
    ]);
  });

  it('count both journeys of a pupil, each in its group', async () => {
    const elsewhere = { ...far, school: OTHER_SCHOOL, mentor: OTHER_MENTOR };
    const found = await kpis(
      { a: { journeys: { 1: elsewhere, 2: referred }, pages: better } },
      { by: 'area' },
    );
    expect(found.map(({ key, referred, completed }) => [key, referred, completed])).toEqual([
      ['blackpool', 1, 0],
      ['hastings', 1, 1],
    ]);
    expect(found[1]!.published).toStrictEqual({ localAuthority: null, region: rate('South East', null) });
  });

  describe('over a period', () => {
    const over = async (from: string, to: string) =>
      (
        await kpis({ a: { journeys: { 1: far }, pages: better } }, { by: 'school', period: { from, to } })
      )[0]!;

    it.each([
      ['referred', '2025-09-19'],
      ['eligible', '2025-10-25'],
      ['consented', '2025-10-26'],
      ['allocated', '2025-10-27'],
      ['started', '2025-11-03'],
      ['completed', '2026-02-10'],
    ] as const)(
      'count only pupils who were %s on a day of the period, including its first and last',
      async (step, day) => {
        expect((await over(day, day))[step]).toBe(1);
        expect((await over(day, '2026-12-31'))[step]).toBe(1);
        expect((await over('2025-01-01', day))[step]).toBe(1);
        expect((await over('2025-01-01', addDays(day, -1)))[step]).toBe(0);
        expect((await over(addDays(day, 1), '2026-12-31'))[step]).toBe(0);
      },
    );

    it('count only sessions in the period, but absence over the programme’s periods', async () => {
      expect(await over('2025-11-10', '2025-11-18')).toMatchObject({
        ...{ referred: 0, started: 0, sessionsHeld: 1, minutesHeld: 60, sessionsNotHeld: 2 },
        notHeld: { acceptable: 0, unacceptable: 2, logistics: 0 },
        ...{ baseline: betterBefore, followUp: betterAfter, changePoints: -7.5 },
      });
    });
  });

  it('have started with the first held session, not with one that was not held', async () => {
    const notHeld = { ...far, sessions: { c: far.sessions['c']! } };
    expect(await kpis({ a: { journeys: { 1: notHeld }, pages: {} } }, { by: 'school' })).toMatchObject([
      {
        started: 0,
        sessionsHeld: 0,
        sessionsNotHeld: 1,
        notHeld: { acceptable: 1, unacceptable: 0, logistics: 0 },
      },
    ]);
  });

  it('count pupils in the programme’s band, which may differ from persistent absence', async () => {
    const eligibility = { minAbsencePercent: 15, maxAbsencePercentExclusive: 70 };
    const rows = rowsOf(
      kept(programmes, { [PROGRAMME]: { ...definition, eligibility } }),
      kept(schools, { [SCHOOL]: blackpool }),
      kept(mentors, {}),
      kept(pupilOutcomes, {
        a: { journeys: { 1: far }, pages: better },
        b: { journeys: { 2: far }, pages: unknownAfter },
      }),
    );
    // Baseline: 20 and 66.6667. Follow-up: 12.5 and no rate.
    expect(await kpisBy(rows, published, { by: 'school' }, everywhere)).toMatchObject([
      { baseline: { eligiblePupils: 2 }, followUp: { eligiblePupils: 0 } },
    ]);
  });

  it('are empty if there are no referrals', async () => {
    expect(await kpis({ a: { journeys: {}, pages: better } }, { by: 'school' })).toEqual([]);
  });
});
