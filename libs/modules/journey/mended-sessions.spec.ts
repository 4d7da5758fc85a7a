import { MENTOR, mentored, mentorFacts, OTHER_MENTOR } from '@test/support/given';
import { advanced, asHeld, ended, held, holding, holdingUpTo, id, weekly } from '@test/support/journey/given';
import { command, event, spec } from '@test/support/spec';
import { CompleteJourney } from './ending';
import { journey } from './journey';
import { CorrectSession, RecordSessionNotHeld, ScheduleSession, VoidSession } from './sessions';

const NOW = '2026-02-15T09:00:00.000Z';
const TODAY = '2026-02-15';

const before = spec(journey, { now: NOW })
  .given(...mentored)
  .with({ mentor: mentorFacts });

const correct = (n: number, changes: Partial<CorrectSession>) =>
  command(CorrectSession, { session: id(n), reason: 'It took 45 minutes.', ...changes });
const corrected = (n: number, changes: Partial<ReturnType<typeof asHeld>>) => {
  const data = asHeld(n, changes);
  return event('SessionCorrected', data.on, { ...data, reason: 'It took 45 minutes.' });
};
const voiding = (n: number) => command(VoidSession, { session: id(n), reason: 'Another pupil’s.' });
const schedule = command(ScheduleSession, { session: id(1), mentor: MENTOR, on: weekly(1) });
const recordNotHeld = command(RecordSessionNotHeld, {
  session: id(1),
  mentor: MENTOR,
  on: weekly(1),
  reason: 'NO_ROOM',
});

describe('correcting a session', () => {
  const one = before.given(held(1));

  it.each([
    ['mentor', { mentor: OTHER_MENTOR }],
    ['day', { on: '2025-11-04' }],
    ['length', { minutes: 45 }],
    ['mode', { mode: 'REMOTE' }],
    ['place', { place: 'COMMUNITY' }],
    ['everything', { mentor: OTHER_MENTOR, on: '2025-11-04', minutes: 30, mode: 'REMOTE', place: 'HOME' }],
  ] as const)('changes its %s and keeps the other data', (_, changes) => {
    one.when(correct(1, changes)).then(corrected(1, changes));
  });

  it('is refused if nothing changes, unless it is a retry', () => {
    one.when(correct(1, {})).thenRefused('NOTHING_TO_CORRECT');
    one.when(correct(1, { minutes: 60, on: weekly(1) })).thenRefused('NOTHING_TO_CORRECT');
    const put = one.after(correct(1, { minutes: 45 }));
    put.when(correct(1, { minutes: 45 })).thenNothing();
    put.when(correct(1, { minutes: 45, reason: 'So it was.' })).thenRefused('NOTHING_TO_CORRECT');
  });

  it('advances the journey if the session was of the next phase', () => {
    one.when(correct(1, { phase: 2 })).then(corrected(1, { phase: 2 }), advanced(2, weekly(1)));
  });

  it('is refused if it would skip a phase or the phase does not exist', () => {
    one.when(correct(1, { phase: 3 })).thenRefused('PHASE_SKIPPED');
    one.when(correct(1, { phase: 5 })).thenRefused('UNKNOWN_PHASE', 'invalid');
  });

  it('is refused if the session is unknown', () => {
    one.when(correct(2, { minutes: 45 })).thenRefused('UNKNOWN_SESSION', 'missing');
  });

  it.each([
    ['scheduled', [schedule]],
    ['not held', [recordNotHeld]],
    ['voided', [holding(1), voiding(1)]],
  ])('is refused if the session was %s', (_, commands) => {
    before
      .after(...commands)
      .when(correct(1, { minutes: 45 }))
      .thenRefused('SESSION_NOT_HELD');
  });

  it('is refused for a day before consent, after the end, or in the future', () => {
    one.when(correct(1, { on: '2025-10-12' })).thenRefused('CONSENT_MISSING');
    one
      .given(ended('2025-11-10'))
      .when(correct(1, { on: '2025-11-11' }))
      .thenRefused('JOURNEY_ENDED');
    one.when(correct(1, { on: '2026-02-17' })).thenRefused('SESSION_IN_FUTURE', 'invalid');
  });

  it('is possible after the end', () => {
    one
      .given(ended('2025-11-10'))
      .when(correct(1, { minutes: 45 }))
      .then(corrected(1, { minutes: 45 }));
  });
});

describe('voiding a session', () => {
  const voided = (n: number, was: object) =>
    event('SessionVoided', weekly(n), { session: id(n), reason: 'Another pupil’s.', was: was as never });

  it('keeps what was recorded', () => {
    const { session: _, ...rest } = asHeld(1);
    before
      .given(held(1))
      .when(voiding(1))
      .then(voided(1, { outcome: 'held', ...rest }));
  });

  it.each([
    ['scheduled', schedule, { outcome: 'scheduled' }],
    ['not held', recordNotHeld, { outcome: 'not held', reason: 'NO_ROOM' }],
  ])('removes a session that was %s', (_, each, was) => {
    before
      .after(each)
      .when(voiding(1))
      .then(voided(1, { ...was, mentor: MENTOR, on: weekly(1) }));
  });

  it('changes nothing if the session is already voided', () => {
    const without = before.given(held(1)).after(voiding(1));
    without.when(voiding(1)).thenNothing();
    without
      .when(command(VoidSession, { session: id(1), reason: 'Another reason.' }))
      .thenRefused('SESSION_ALREADY_VOIDED');
  });

  it('is refused if the session is unknown', () => {
    before.when(voiding(1)).thenRefused('UNKNOWN_SESSION', 'missing');
  });

  it('does not free its id: the actual session needs another id', () => {
    const without = before.given(held(1)).after(voiding(1));
    without.when(holding(1)).thenRefused('SESSION_ALREADY_RECORDED');
    without.when(holding(2)).then(held(2));
  });

  it('reduces the number of sessions counted towards completion', () => {
    const eleven = before.after(...holdingUpTo(11), voiding(1));
    expect(eleven.after(holding(12)).facts()?.ended).toBe(false);
    expect(eleven.after(holding(12), holding(13, { phase: 4 })).facts()?.ended).toBe(true);
  });

  describe('in a journey completed by the last session', () => {
    const complete = before.after(...holdingUpTo(12));
    const reopened = event('JourneyReopened', TODAY, { reason: 'SESSION_VOIDED', on: TODAY, mentor: MENTOR });

    it('reopens the journey and names the mentor who gets the place again', () => {
      const { session: _, ...rest } = asHeld(12);
      complete.when(voiding(12)).then(voided(12, { outcome: 'held', ...rest }), reopened);

      const open = complete.after(voiding(12));
      expect(open.facts()).toMatchObject({ ended: false });
      expect(open.facts()).not.toHaveProperty('mentor');
    });

    it('reopens it, whichever session is voided', () => {
      expect(
        complete
          .when(voiding(3))
          .events()
          .map(({ type }) => type),
      ).toEqual(['SessionVoided', 'JourneyReopened']);
    });

    it('lets the next session complete it again', () => {
      const again = complete
        .after(voiding(12))
        .given(event('MentorAllocated', TODAY, { mentor: MENTOR, on: TODAY }))
        .when(holding(13, { phase: 4 }));
      again.then(
        held(13, { phase: 4 }),
        event('JourneyCompleted', weekly(13), { on: weekly(13), mentor: MENTOR }),
      );
    });

    it('does not reopen it if the session was not held', () => {
      const notHeld = command(RecordSessionNotHeld, { ...recordNotHeld, session: id(20) });
      const despite = before.after(notHeld, ...holdingUpTo(12));
      expect(despite.when(voiding(20)).events()).toHaveLength(1);
    });

    it('does not reopen it if there were more sessions than planned', () => {
      const more = complete.after(holding(13, { on: '2026-01-15', phase: 4 }));
      expect(more.when(voiding(13)).events()).toHaveLength(1);
      expect(more.after(voiding(13)).facts()?.ended).toBe(true);
    });
  });

  it('does not reopen a journey that ended in another way', () => {
    const early = before
      .after(...holdingUpTo(11))
      .given(ended(weekly(12)))
      .after(holding(12));
    expect(early.when(voiding(12)).events()).toHaveLength(1);
    const byWord = before.after(...holdingUpTo(10), command(CompleteJourney, { on: weekly(10) }));
    expect(byWord.when(voiding(10)).events()).toHaveLength(1);
  });
});
