import { found, MENTOR, mentored, mentorFacts, model, OTHER_MENTOR, referred } from '@test/support/given';
import { advanced, ended, held, holding, holdingUpTo, id, weekly } from '@test/support/journey/given';
import { command, event, spec } from '@test/support/spec';
import { journey } from './journey';
import { HoldSession, ScheduleSession } from './sessions';

const before = spec(journey)
  .given(...mentored)
  .with({ mentor: mentorFacts });

const completed = (on: string) => event('JourneyCompleted', on, { on, mentor: MENTOR });

describe('holding a session', () => {
  it('is recorded with its minutes, mode, place and phase', () => {
    const otherwise = { minutes: 45, mode: 'REMOTE', place: 'HOME', mentor: OTHER_MENTOR } as const;
    before.when(holding(1, otherwise)).then(held(1, otherwise));
  });

  it('can follow a scheduled session, on its day or another, with any mentor', () => {
    const planned = before.after(command(ScheduleSession, { session: id(1), mentor: MENTOR, on: weekly(1) }));
    planned.when(holding(1)).then(held(1));
    planned
      .when(holding(1, { on: '2025-11-05', mentor: OTHER_MENTOR }))
      .then(held(1, { on: '2025-11-05', mentor: OTHER_MENTOR }));
  });

  it('belongs to the current phase if no phase is given', () => {
    const { phase: _, ...unnamed } = holding(2);
    before.when(command(HoldSession, unnamed)).then(held(2));
    before
      .given(held(1), advanced(2, '2025-11-10'))
      .when(command(HoldSession, unnamed))
      .then(held(2, { phase: 2 }));
  });

  it('changes nothing if the same data are already recorded', () => {
    before.given(held(1)).when(holding(1)).thenNothing();
    before.given(held(1), ended('2025-11-01')).when(holding(1)).thenNothing();
  });

  it('changes nothing if no phase is given and the journey has advanced since', () => {
    const { phase: _, ...unnamed } = holding(1);
    before
      .given(held(1), held(2), held(3), held(4), advanced(2, weekly(4)))
      .when(command(HoldSession, unnamed))
      .thenNothing();
  });

  it.each([
    ['mentor', { mentor: OTHER_MENTOR }],
    ['day', { on: '2025-11-04' }],
    ['length', { minutes: 30 }],
    ['mode', { mode: 'REMOTE' }],
    ['place', { place: 'COMMUNITY' }],
    ['phase', { phase: 2 }],
  ] as const)('is refused if the session is recorded with another %s', (_, differing) => {
    before.given(held(1)).when(holding(1, differing)).thenRefused('SESSION_ALREADY_RECORDED');
  });

  it('can be today or, because of time zones, tomorrow, but not later', () => {
    const today = spec(journey, { now: '2025-11-03T23:59:59.999Z' })
      .given(...mentored)
      .with({ mentor: mentorFacts });
    today.when(holding(1, { on: '2025-11-03' })).then(held(1));
    today.when(holding(1, { on: '2025-11-04' })).then(held(1, { on: '2025-11-04' }));
    today.when(holding(1, { on: '2025-11-05' })).thenRefused('SESSION_IN_FUTURE', 'invalid');
  });
});

describe('the phase of a session', () => {
  it('can be the next one; its first session advances the journey', () => {
    before
      .after(...holdingUpTo(3))
      .when(holding(4))
      .then(held(4), advanced(2, weekly(4)));
    expect(before.after(...holdingUpTo(4)).now().phase).toBe(2);
  });

  it('can be an earlier one, and the journey does not go back', () => {
    const inSecond = before.after(...holdingUpTo(4));
    inSecond.when(holding(5, { phase: 1 })).then(held(5, { phase: 1 }));
    expect(inSecond.after(holding(5, { phase: 1 })).now().phase).toBe(2);
  });

  it('cannot skip a phase', () => {
    before
      .after(holding(1))
      .when(holding(2, { phase: 3 }))
      .thenRefused('PHASE_SKIPPED');
  });

  it('must be one of the delivery model', () => {
    before
      .after(...holdingUpTo(10))
      .when(holding(11, { phase: 5 }))
      .thenRefused('UNKNOWN_PHASE', 'invalid');
  });
});

describe('the last planned session', () => {
  const eleven = before.after(...holdingUpTo(11));

  it('completes the journey, and no earlier session does', () => {
    expect(eleven.facts()?.ended).toBe(false);
    eleven.when(holding(12)).then(held(12), completed(weekly(12)));
    expect(eleven.after(holding(12)).facts()).toMatchObject({ ended: true, mentor: MENTOR });
  });

  it('completes the journey on the day of the latest session, in any order of recording', () => {
    const without = before.after(...holdingUpTo(12).filter((_, index) => index !== 4));
    without.when(holding(5)).then(held(5), completed(weekly(12)));
    expect(without.after(holding(5)).now().end).toEqual({ ending: 'COMPLETED', on: weekly(12) });
  });

  it('is the twelfth held session: sessions scheduled or not held do not count', () => {
    const notHeld = event('SessionNotHeld', weekly(12), {
      session: id(12),
      mentor: MENTOR,
      on: weekly(12),
      reason: 'NO_ROOM',
      kind: 'logistics',
    });
    const planned = event('SessionScheduled', weekly(13), {
      session: id(13),
      mentor: MENTOR,
      on: weekly(13),
    });
    eleven
      .given(notHeld, planned)
      .when(holding(13, { phase: 4 }))
      .then(held(13, { phase: 4 }), completed(weekly(13)));
  });

  it('depends on the delivery model of the journey', () => {
    const short = { ...model, sessionsPerPhase: 1, phases: ['Only', 'Two'] };
    spec(journey)
      .given({ ...referred, data: { ...referred.data, model: short } }, found(true), ...mentored.slice(2))
      .with({ mentor: mentorFacts })
      .after(holding(1))
      .when(holding(2, { phase: 2 }))
      .then(held(2, { phase: 2 }), advanced(2, weekly(2)), completed(weekly(2)));
  });

  it('can be followed by a late record, which changes nothing else, but not by a later day', () => {
    const complete = eleven.after(holding(12));
    const between = { on: '2026-01-15', phase: 4 };
    complete.when(holding(13, between)).then(held(13, between));
    complete.when(holding(13, { phase: 4 })).thenRefused('JOURNEY_ENDED');
  });

  it('does not complete a journey that ended in another way', () => {
    eleven
      .given(ended(weekly(12)))
      .when(holding(12))
      .then(held(12));
  });
});
