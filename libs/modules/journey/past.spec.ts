import fc from 'fast-check';
import { range } from '@test/support/events';
import { MENTOR, mentored, PUPIL, referred } from '@test/support/given';
import { advanced, asHeld, ended, held, id } from '@test/support/journey/given';
import { days, type Happening, histories, history, moment } from '@test/support/journey/histories';
import { event } from '@test/support/spec';
import type { RecordedEvent } from '@waymark/core/kernel';
import { journey } from './journey';
import { historyUpTo } from './past';
import { historyThen } from './questions/journey-document';
import type { Journey } from './state';

const folded = (events: readonly RecordedEvent[]): Journey =>
  events.reduce<Journey>(
    (state, { type, data, metadata }) =>
      journey.folds.get(type)!(state as never, data as never, metadata.on) as Journey,
    journey.initial,
  );

const asOf = (day: string, ...events: readonly Happening[]): Journey =>
  folded(historyUpTo(day, history(events)));

const reason = 'It was another pupil.';
const corrected = (n: number, on: string) =>
  event('SessionCorrected', on, { ...asHeld(n), on, reason: 'It was another day.' });
const scheduled = (on: string) => event('SessionScheduled', on, { session: id(1), mentor: MENTOR, on });
const rescheduled = (from: string, to: string) =>
  event('SessionRescheduled', to, { session: id(1), from, to, reason: 'The room was taken.' });
const reopened = (on: string) => event('JourneyReopened', on, { reason, on, mentor: MENTOR });
const completed = (on: string) => event('JourneyCompleted', on, { on, mentor: MENTOR });

describe('a journey as of a day', () => {
  it('contains nothing about later days', () => {
    const events = [
      ...mentored,
      held(1),
      held(2),
      event('ConsentWithdrawn', '2025-12-01', { on: '2025-12-01' }),
    ];
    expect(asOf('2025-09-18', ...events).pupil).toBeUndefined();
    expect(asOf('2025-09-19', ...events)).toMatchObject({ pupil: PUPIL, sessions: {} });
    expect(asOf('2025-09-19', ...events).consents).toEqual([]);
    expect(asOf('2025-11-09', ...events)).toMatchObject({
      consents: [{ from: '2025-10-13', by: 'PARENT' }],
      mentor: MENTOR,
    });
    expect(Object.keys(asOf('2025-11-09', ...events).sessions)).toEqual([id(1)]);
    expect(asOf('2025-12-01', ...events).consents).toEqual([
      { from: '2025-10-13', by: 'PARENT', until: '2025-12-01' },
    ]);
    expect(asOf('2025-12-01', ...events).mentor).toBeUndefined();
  });

  it('has a session only on the day last recorded for it', () => {
    const later = [...mentored, held(1), corrected(1, '2025-11-10')];
    expect(asOf('2025-11-05', ...later).sessions).toEqual({});
    expect(asOf('2025-11-10', ...later).sessions).toMatchObject({ [id(1)]: { on: '2025-11-10' } });
    const earlier = [...mentored, held(2), corrected(2, '2025-11-03')];
    expect(asOf('2025-11-05', ...earlier).sessions).toMatchObject({
      [id(2)]: { on: '2025-11-03', minutes: 60 },
    });
    expect(asOf('2025-11-05', ...later, corrected(1, '2025-11-04')).sessions).toMatchObject({
      [id(1)]: { outcome: 'held', on: '2025-11-04' },
    });
  });

  it('has a scheduled session on the day to which it was moved, with its mentor', () => {
    const later = [...mentored, scheduled('2025-11-03'), rescheduled('2025-11-03', '2025-11-10')];
    expect(asOf('2025-11-05', ...later).sessions).toEqual({});
    const earlier = [...mentored, scheduled('2025-11-10'), rescheduled('2025-11-10', '2025-11-03')];
    expect(asOf('2025-11-05', ...earlier).sessions).toEqual({
      [id(1)]: { outcome: 'scheduled', on: '2025-11-03', mentor: MENTOR },
    });
  });

  it('does not contain a voided session on any of its days', () => {
    const was = { outcome: 'held', ...asHeld(1), on: '2025-11-10' } as const;
    const voided = event('SessionVoided', '2025-11-10', { session: id(1), reason, was });
    const events = [...mentored, held(1), corrected(1, '2025-11-10'), voided];
    expect(asOf('2025-11-05', ...events).sessions).toEqual({});
    expect(asOf('2025-11-10', ...events).sessions).toEqual({
      [id(1)]: { outcome: 'voided', on: '2025-11-10' },
    });
  });

  it('has not ended if the end was revoked, and keeps its mentor up to that day', () => {
    const events = [...mentored, ended('2025-12-12'), reopened('2026-02-15')];
    expect(asOf('2026-01-10', ...events).end).toBeUndefined();
    expect(asOf('2026-01-10', ...events).mentor).toBe(MENTOR);
    expect(asOf('2026-02-15', ...events).mentor).toBeUndefined();
    const again = [...events, ended('2025-12-10')];
    expect(asOf('2025-12-11', ...again)).toMatchObject({ mentor: MENTOR, end: { on: '2025-12-10' } });
    const ahead = [...mentored, completed('2026-02-20'), reopened('2026-02-15')];
    for (const day of ['2026-02-17', '2026-02-25']) expect(asOf(day, ...ahead).end).toBeUndefined();
    expect(asOf('2025-12-31', ...mentored, ended('2025-12-12')).end).toEqual({
      ending: 'ENDED_EARLY',
      on: '2025-12-12',
    });
  });

  it('is in the phase of that day', () => {
    const events = [...mentored, held(1), advanced(2, '2025-11-24'), advanced(3, '2025-12-15')];
    expect(['2025-11-23', '2025-11-24', '2026-01-01'].map((day) => asOf(day, ...events).phase)).toEqual([
      1, 2, 3,
    ]);
  });

  it('ignores events that depend on something not yet present', () => {
    const [barrier, referral] = [id(7), id(8)];
    const found = event('BarrierFound', '2025-11-10', {
      barrier,
      kind: 'TRANSPORT',
      by: 'MENTOR',
      on: '2025-11-10',
    });
    const judged = event('BarrierReassessed', '2025-11-05', { barrier, severity: 2, on: '2025-11-05' });
    const made = event('ReferralMade', '2025-11-10', { referral, service: 'Early Help', on: '2025-11-10' });
    const accepted = event('ReferralAccepted', '2025-11-05', { referral, on: '2025-11-05' });
    const events = [...mentored, found, judged, made, accepted];
    expect(asOf('2025-11-07', ...events).barriers).toEqual({});
    expect(asOf('2025-11-07', ...events).support).toEqual({});
    expect(asOf('2025-11-10', ...events)).toMatchObject({
      barriers: { [barrier]: { kind: 'TRANSPORT', severity: 2 } },
      support: { [referral]: 'accepted' },
    });
  });
});

describe('a journey as known at a time', () => {
  const events = [
    ...mentored,
    held(1),
    corrected(1, '2025-11-10'),
    ended('2025-12-12'),
    reopened('2026-02-15'),
  ];
  const known = (minute: number, day?: string): Journey =>
    folded(
      historyThen(history(events), { asKnownAt: moment(minute), ...(day !== undefined && { asOf: day }) }),
    );

  it('contains what had been recorded by then, including errors', () => {
    expect(known(4).sessions).toMatchObject({ [id(1)]: { on: '2025-11-03' } });
    expect(known(5).sessions).toMatchObject({ [id(1)]: { on: '2025-11-10' } });
    expect(known(6).end).toEqual({ ending: 'ENDED_EARLY', on: '2025-12-12' });
    expect(known(7).end).toBeUndefined();
  });

  it('as of a day, is the state of that day as believed at that time', () => {
    expect(Object.keys(known(4, '2025-11-05').sessions)).toEqual([id(1)]);
    expect(Object.keys(known(5, '2025-11-05').sessions)).toEqual([]);
    expect(known(6, '2026-01-10').end).toEqual({ ending: 'ENDED_EARLY', on: '2025-12-12' });
    expect(known(7, '2026-01-10').end).toBeUndefined();
  });

  it('follows the order of the stream if clocks disagree', () => {
    const skewed = history([referred, ...mentored.slice(1)], [moment(0), moment(30), moment(20), moment(40)]);
    const revisions = (minute: number): number[] =>
      historyThen(skewed, { asKnownAt: moment(minute) }).map(({ revision }) => revision);
    expect([revisions(0), revisions(19), revisions(25), revisions(40)]).toEqual([
      [0],
      [0],
      [0, 1, 2],
      [0, 1, 2, 3],
    ]);
  });
});

/**
 * Fails for an impossible journey: a session without a mentor or in the future, a barrier without a kind, an
 * undefined field.
 */
function wellFormed(state: Journey, day: string): void {
  expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  for (const session of Object.values(state.sessions)) {
    expect(session.on <= day).toBe(true);
    if (session.outcome !== 'voided') expect(session.mentor).toBeDefined();
  }
  for (const { kind } of Object.values(state.barriers)) expect(kind).toBe('TRANSPORT');
  expect(state.phase).toBeGreaterThanOrEqual(1);
  if (state.end) expect(state.end.on <= day).toBe(true);
}

describe('for any history of a journey', () => {
  it('its state as of the last day, known at the last time, is its current state', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const now = folded(events);
        const last = events
          .map(({ metadata }) => metadata.on)
          .reduce((one, other) => (one < other ? other : one));
        const then = { asOf: last, asKnownAt: events.at(-1)!.metadata.recordedAt };
        expect(folded(historyThen(events, then))).toEqual(now);
        expect(historyUpTo(last, events)).toEqual(events);
      }),
      { numRuns: 200 },
    );
  });

  it('its state known at each time equals a replay up to that time', () => {
    fc.assert(
      fc.property(histories, (events) => {
        for (const index of range(events.length)) {
          const asKnownAt = events[index]!.metadata.recordedAt;
          const recorded = events.filter(({ metadata }) => metadata.recordedAt <= asKnownAt);
          expect(events.slice(0, recorded.length)).toEqual(recorded);
          expect(folded(historyThen(events, { asKnownAt }))).toEqual(folded(recorded));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('it can be shown as of any day, as known at any time', () => {
    fc.assert(
      fc.property(histories, fc.array(days, { minLength: 1, maxLength: 8 }), (events, some) => {
        for (const index of range(events.length)) {
          for (const day of some) {
            const then = { asOf: day, asKnownAt: events[index]!.metadata.recordedAt };
            wellFormed(folded(historyThen(events, then)), day);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  // Without them, the other tests would prove nothing about these events. The seed is fixed because they are rare.
  it('the generated histories include every event that revises an earlier one', () => {
    const some = fc.sample(histories, { numRuns: 300, seed: 1 });
    const types = new Set(some.flatMap((events) => events.map(({ type }) => type)));
    for (const type of ['SessionRescheduled', 'SessionCorrected', 'SessionVoided', 'BarrierReassessed'])
      expect(types).toContain(type);
    for (const type of [
      'ConsentWithdrawn',
      'JourneyCompleted',
      'JourneyEnded',
      'JourneyReopened',
      'SupportFinished',
    ])
      expect(types).toContain(type);
  });

  it('a later day includes everything that an earlier day does', () => {
    fc.assert(
      fc.property(histories, days, days, (events, one, other) => {
        const [earlier, later] = one < other ? [one, other] : [other, one];
        const shown = new Set(historyUpTo(later, events));
        expect(historyUpTo(earlier, events).filter((each) => !shown.has(each))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
