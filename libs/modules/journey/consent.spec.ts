import {
  allocated,
  CONSENT_DAY,
  consented,
  MENTOR,
  mentored,
  mentorFacts,
  referred,
} from '@test/support/given';
import { ended, held, holding, id } from '@test/support/journey/given';
import { command, event, spec } from '@test/support/spec';
import { GiveConsent, WithdrawConsent } from './consent';
import { journey } from './journey';
import { CorrectSession } from './sessions';

const give = (differing: Partial<GiveConsent> = {}) =>
  command(GiveConsent, { on: CONSENT_DAY, ...differing });
const withdraw = command(WithdrawConsent, { on: '2025-12-01', reason: 'Other support is preferred.' });

describe('giving consent', () => {
  const before = spec(journey).given(referred);

  it('is possible at any time after the referral', () => {
    before.when(give({ by: 'PARENT' })).then(consented);
    expect(before.after(give()).facts()?.consentedSince).toBe(CONSENT_DAY);
  });

  it('does not require the giver', () => {
    before.when(give()).then(event('ConsentGiven', CONSENT_DAY, { on: CONSENT_DAY }));
  });

  it('changes nothing if repeated, even after a withdrawal', () => {
    const given = before.given(consented);
    given.when(give({ by: 'PARENT' })).thenNothing();
    given
      .after(withdraw)
      .when(give({ by: 'PARENT' }))
      .thenNothing();
    expect(given.after(withdraw).facts()).not.toHaveProperty('consentedSince');
  });

  it('by another giver is another consent', () => {
    const both = before.given(consented).after(give({ by: 'PUPIL', on: '2025-10-20' }));
    expect(both.now().consents).toEqual([
      { from: CONSENT_DAY, by: 'PARENT' },
      { from: '2025-10-20', by: 'PUPIL' },
    ]);
    expect(both.facts()?.consentedSince).toBe(CONSENT_DAY);
    expect(both.after(withdraw).facts()).not.toHaveProperty('consentedSince');
  });

  it('is refused for a later day while it is in force, and starts earlier with an earlier day', () => {
    const given = before.given(consented);
    given.when(give({ by: 'PARENT', on: '2025-10-14' })).thenRefused('CONSENT_ALREADY_GIVEN');
    const earlier = give({ by: 'PARENT', on: '2025-10-06' });
    given.when(earlier).then(event('ConsentGiven', '2025-10-06', { on: '2025-10-06', by: 'PARENT' }));
    expect(given.after(earlier).facts()?.consentedSince).toBe('2025-10-06');
    expect(given.after(earlier, withdraw).facts()).not.toHaveProperty('consentedSince');
  });

  it('is refused for a day up to a withdrawal, because it would undo the withdrawal', () => {
    const withdrawn = before.given(consented).after(withdraw);
    for (const on of ['2025-10-06', '2025-12-01'])
      withdrawn.when(give({ by: 'PUPIL', on })).thenRefused('CONSENT_WITHDRAWN');
    withdrawn.when(give({ by: 'PARENT', on: '2025-11-03' })).thenRefused('CONSENT_ALREADY_GIVEN');
  });

  it('can be recorded late for a day up to the journey’s end, but not after it', () => {
    const over = before.given(ended('2025-12-12'));
    over.when(give({ on: '2025-12-12' })).then(event('ConsentGiven', '2025-12-12', { on: '2025-12-12' }));
    over.when(give({ on: '2025-12-13' })).thenRefused('JOURNEY_ENDED');
  });

  it('is possible again after a withdrawal', () => {
    const again = before.given(consented).after(withdraw);
    again.when(give({ on: '2026-01-05' })).then(event('ConsentGiven', '2026-01-05', { on: '2026-01-05' }));
  });

  it('is refused before the pupil’s referral', () => {
    spec(journey).when(give()).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });
});

describe('withdrawing consent', () => {
  const mentoring = spec(journey)
    .given(...mentored)
    .with({ mentor: mentorFacts });

  it('names the mentor whose place is released', () => {
    spec(journey)
      .given(...mentored)
      .when(withdraw)
      .then(event('ConsentWithdrawn', '2025-12-01', { ...withdraw, mentor: MENTOR }));
  });

  it('does not require a reason or a mentor', () => {
    spec(journey)
      .given(referred, consented)
      .when(command(WithdrawConsent, { on: '2025-12-01' }))
      .then(event('ConsentWithdrawn', '2025-12-01', { on: '2025-12-01' }));
  });

  it('stops mentoring: the journey then has neither consent nor a mentor', () => {
    const stopped = mentoring.after(withdraw);
    expect(stopped.facts()).toMatchObject({ ended: false });
    expect(stopped.facts()).not.toHaveProperty('consentedSince');
    expect(stopped.facts()).not.toHaveProperty('mentor');
    stopped.when(holding(6, { phase: 1 })).thenRefused('CONSENT_MISSING');
    const again = stopped.after(give({ on: '2025-12-02' }));
    again.when(holding(6, { phase: 1 })).thenRefused('MENTOR_NOT_ALLOCATED');
    again
      .given(allocated)
      .when(holding(6, { phase: 1 }))
      .then(held(6, { phase: 1 }));
  });

  it('still allows records and corrections for days up to and including the withdrawal', () => {
    const stopped = mentoring.given(held(1)).after(withdraw);
    stopped.when(holding(2, { on: '2025-11-30', phase: 1 })).then(held(2, { on: '2025-11-30', phase: 1 }));
    // A session in the morning and the withdrawal in the afternoon: only the day is known.
    stopped.when(holding(2, { on: '2025-12-01', phase: 1 })).then(held(2, { on: '2025-12-01', phase: 1 }));
    stopped.when(holding(2, { on: '2025-12-02', phase: 1 })).thenRefused('CONSENT_MISSING');
    const correct = (on: string) =>
      command(CorrectSession, { session: id(1), on, reason: 'It was another day.' });
    expect(stopped.when(correct('2025-11-10')).events()).toHaveLength(1);
    stopped.when(correct('2025-12-02')).thenRefused('CONSENT_MISSING');
  });

  it('can be recorded with an earlier day, and then covers no day after that one', () => {
    const earlier = command(WithdrawConsent, { on: '2025-11-20' });
    const stopped = mentoring.after(withdraw, earlier);
    expect(stopped.now().consents).toEqual([{ from: CONSENT_DAY, by: 'PARENT', until: '2025-11-20' }]);
    stopped.when(holding(4, { on: '2025-11-21', phase: 1 })).thenRefused('CONSENT_MISSING');
    stopped.when(earlier).thenNothing();
    stopped.when(withdraw).thenRefused('CONSENT_NOT_GIVEN');
  });

  it('changes nothing if repeated', () => {
    mentoring.after(withdraw).when(withdraw).thenNothing();
    mentoring
      .after(withdraw, give({ on: '2026-01-05' }))
      .when(withdraw)
      .thenNothing();
  });

  it('is refused if no consent covers that day', () => {
    spec(journey).given(referred).when(withdraw).thenRefused('CONSENT_NOT_GIVEN');
    mentoring
      .when(command(WithdrawConsent, { on: '2025-10-12', reason: 'Too early.' }))
      .thenRefused('CONSENT_NOT_GIVEN');
    mentoring
      .after(withdraw)
      .when(command(WithdrawConsent, { on: '2025-12-01', reason: 'Another reason.' }))
      .thenRefused('CONSENT_NOT_GIVEN');
  });

  it('is refused for a day before another consent, which it would withdraw too', () => {
    mentoring
      .after(give({ on: '2025-11-10', by: 'PUPIL' }))
      .when(command(WithdrawConsent, { on: '2025-11-03' }))
      .thenRefused('CONSENT_GIVEN_SINCE');
    mentoring
      .after(withdraw, give({ on: '2026-01-05' }))
      .when(command(WithdrawConsent, { on: '2025-11-03' }))
      .thenRefused('CONSENT_GIVEN_SINCE');
  });

  it('may be on the day of the consent', () => {
    mentoring
      .when(command(WithdrawConsent, { on: CONSENT_DAY }))
      .then(event('ConsentWithdrawn', CONSENT_DAY, { on: CONSENT_DAY, mentor: MENTOR }));
  });

  it('does not change the end of a consent that was withdrawn before', () => {
    const later = command(WithdrawConsent, { on: '2026-01-12' });
    expect(mentoring.after(withdraw, give({ on: '2026-01-05' }), later).now().consents).toEqual([
      { from: CONSENT_DAY, by: 'PARENT', until: '2025-12-01', reason: withdraw.reason },
      { from: '2026-01-05', until: '2026-01-12' },
    ]);
  });

  it('with a day before the consent, as in an older log, leaves no day covered', () => {
    const odd = event('ConsentWithdrawn', '2025-10-01', { on: '2025-10-01' });
    const stopped = mentoring.given(odd);
    expect(stopped.facts()).not.toHaveProperty('consentedSince');
    for (const on of ['2025-10-01', CONSENT_DAY, '2025-11-03'])
      stopped.when(holding(1, { on })).thenRefused('CONSENT_MISSING');
  });

  it('is possible after the end', () => {
    spec(journey)
      .given(...mentored, ended('2025-11-28'))
      .when(withdraw)
      .then(event('ConsentWithdrawn', '2025-12-01', { ...withdraw, mentor: MENTOR }));
  });

  it('is refused before the pupil’s referral', () => {
    spec(journey).when(withdraw).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });
});
