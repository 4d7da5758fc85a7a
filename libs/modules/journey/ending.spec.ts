import { MENTOR, mentored, mentorFacts, referred } from '@test/support/given';
import { ended, held, holding, holdingUpTo } from '@test/support/journey/given';
import { command, event, spec } from '@test/support/spec';
import { CompleteJourney, EndJourney, ReopenJourney, StopJourney } from './ending';
import { journey } from './journey';
import { AdvancePhase } from './phases';

const NOW = '2026-02-15T09:00:00.000Z';
const TODAY = '2026-02-15';
const DAY = '2025-12-12';
const reason = 'The pupil has moved to another area.';

const before = spec(journey, { now: NOW })
  .given(...mentored)
  .with({ mentor: mentorFacts });

const complete = command(CompleteJourney, { on: DAY });
const completed = event('JourneyCompleted', DAY, { on: DAY, mentor: MENTOR });
const end = (ending: EndJourney['ending'], on = DAY) => command(EndJourney, { ending, reason, on });
const reopen = command(ReopenJourney, { reason: 'It was another pupil.' });

describe('completing a journey', () => {
  it('is possible in the last phase before the last planned session', () => {
    before
      .after(...holdingUpTo(10))
      .when(complete)
      .then(completed);
  });

  it('is refused in an earlier phase', () => {
    before
      .after(...holdingUpTo(9))
      .when(complete)
      .thenRefused('NOT_IN_LAST_PHASE');
    before
      .after(...holdingUpTo(9), command(AdvancePhase, { to: 4, on: DAY }))
      .when(complete)
      .then(completed);
  });

  it('changes nothing if it is already completed', () => {
    const last = before.after(...holdingUpTo(10), complete);
    last.when(complete).thenNothing();
    last.when(command(CompleteJourney, { on: '2025-12-13' })).thenRefused('JOURNEY_ENDED');
    before
      .after(...holdingUpTo(12))
      .when(complete)
      .thenRefused('JOURNEY_ENDED');
  });

  it('is refused if the journey ended in another way, on any day', () => {
    const early = before.after(...holdingUpTo(10)).given(ended(DAY));
    for (const on of ['2025-12-11', DAY, '2025-12-13']) {
      early.when(command(CompleteJourney, { on })).thenRefused('JOURNEY_ENDED');
    }
  });

  it('is refused before the pupil’s referral', () => {
    spec(journey).when(complete).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });
});

describe('stopping a journey', () => {
  const stopped = event('JourneyStopped', TODAY, { on: TODAY, mentor: MENTOR });

  it('ends it today, without a reason', () => {
    before.when(new StopJourney()).then(stopped);
    spec(journey, { now: NOW })
      .given(referred)
      .when(new StopJourney())
      .then(event('JourneyStopped', TODAY, { on: TODAY }));
    expect(before.given(stopped).now().end).toEqual({ ending: 'STOPPED', on: TODAY });
    expect(journey.personal.has('JourneyStopped')).toBe(false);
  });

  it('changes nothing if it has already ended in any way', () => {
    before.given(ended(DAY)).when(new StopJourney()).thenNothing();
    before.given(stopped).when(new StopJourney()).thenNothing();
  });
});

describe('ending a journey', () => {
  it.each(['ENDED_EARLY', 'MOVED_AWAY', 'CANCELLED'] as const)('is possible as %s', (ending) => {
    before.when(end(ending)).then(event('JourneyEnded', DAY, { ending, reason, on: DAY, mentor: MENTOR }));
    expect(before.after(end(ending)).facts()).toMatchObject({ ended: true, mentor: MENTOR });
  });

  it('does not require a mentor', () => {
    spec(journey)
      .given(referred)
      .when(end('CANCELLED'))
      .then(event('JourneyEnded', DAY, { ending: 'CANCELLED', reason, on: DAY }));
  });

  it('cannot cancel a journey that has started', () => {
    before.given(held(1)).when(end('CANCELLED')).thenRefused('JOURNEY_STARTED');
    expect(before.given(held(1)).after(end('ENDED_EARLY')).facts()?.ended).toBe(true);
  });

  it('changes nothing if it already ended in the same way', () => {
    before.after(end('MOVED_AWAY')).when(end('MOVED_AWAY')).thenNothing();
  });

  it('is recorded again if the journey was reopened', () => {
    before
      .after(end('MOVED_AWAY'), reopen)
      .when(end('MOVED_AWAY'))
      .then(event('JourneyEnded', DAY, { ending: 'MOVED_AWAY', reason, on: DAY }));
  });

  it('is refused if it ended in another way', () => {
    const over = before.after(end('MOVED_AWAY'));
    over.when(end('ENDED_EARLY')).thenRefused('JOURNEY_ENDED');
    over.when(end('MOVED_AWAY', '2025-12-19')).thenRefused('JOURNEY_ENDED');
    over
      .when(command(EndJourney, { ending: 'MOVED_AWAY', reason: 'Another one.', on: DAY }))
      .thenRefused('JOURNEY_ENDED');
    over
      .after(reopen, command(EndJourney, { ending: 'ENDED_EARLY', reason, on: DAY }))
      .when(end('MOVED_AWAY'))
      .thenRefused('JOURNEY_ENDED');
    before
      .after(...holdingUpTo(12))
      .when(end('ENDED_EARLY'))
      .thenRefused('JOURNEY_ENDED');
  });

  it('is refused before the pupil’s referral', () => {
    spec(journey).when(end('CANCELLED')).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });
});

describe('reopening a journey', () => {
  const reopened = event('JourneyReopened', TODAY, { reason: reopen.reason, on: TODAY, mentor: MENTOR });

  it('revokes the end, and names the mentor who gets the place again', () => {
    for (const over of [before.given(ended(DAY)), before.after(...holdingUpTo(12))]) {
      over.when(reopen).then(reopened);
      expect(over.after(reopen).facts()).toMatchObject({ ended: false, consentedSince: '2025-10-13' });
      expect(over.after(reopen).facts()).not.toHaveProperty('mentor');
    }
  });

  it('lets the journey continue with a mentor', () => {
    const open = before.given(ended('2025-10-30')).after(reopen);
    open.when(holding(1)).thenRefused('MENTOR_NOT_ALLOCATED');
    open
      .given(event('MentorAllocated', TODAY, { mentor: MENTOR, on: TODAY }))
      .when(holding(1))
      .then(held(1));
  });

  it('requires a command to complete it again, once every planned session was held', () => {
    const open = before
      .after(...holdingUpTo(12), reopen)
      .given(event('MentorAllocated', TODAY, { mentor: MENTOR, on: TODAY }));
    open.when(holding(13, { phase: 4 })).then(held(13, { phase: 4 }));
    open.when(complete).then(completed);
  });

  it('changes nothing if repeated, and is refused if it has not ended', () => {
    before.given(ended(DAY)).after(reopen).when(reopen).thenNothing();
    before.when(reopen).thenRefused('JOURNEY_NOT_ENDED');
    before
      .given(ended(DAY))
      .after(reopen)
      .when(command(ReopenJourney, { reason: 'Another one.' }))
      .thenRefused('JOURNEY_NOT_ENDED');
  });

  it('lets it end again', () => {
    before
      .given(ended(DAY))
      .after(reopen)
      .when(end('MOVED_AWAY'))
      .then(event('JourneyEnded', DAY, { ending: 'MOVED_AWAY', reason, on: DAY }));
  });

  it('is refused before the pupil’s referral', () => {
    spec(journey).when(reopen).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });
});
