import { allocated, CONSENT_DAY, consented, MENTOR, mentored, referred } from '@test/support/given';
import { ended, held, holding } from '@test/support/journey/given';
import { command, event, spec } from '@test/support/spec';
import { GiveConsent, WithdrawConsent } from './consent';
import { journey } from './journey';

const give = (differing: Partial<GiveConsent> = {}) =>
  command(GiveConsent, { on: CONSENT_DAY, ...differing });
const withdraw = command(WithdrawConsent, { on: '2025-12-01', reason: 'Other support is preferred.' });

describe('giving consent', () => {
  const before = spec(journey).given(referred);

  it('may come at any time from referral on', () => {
    before.when(give({ by: 'PARENT' })).then(consented);
    expect(before.after(give()).facts()?.consented).toBe(true);
  });

  it('need not say who gave it', () => {
    before.when(give()).then(event('ConsentGiven', CONSENT_DAY, { on: CONSENT_DAY }));
  });

  it('changes nothing where there is consent already', () => {
    before
      .given(consented)
      .when(give({ by: 'CARER' }))
      .thenNothing();
  });

  it('is recorded late of a day up to the journey’s end, and refused of a day after it', () => {
    const over = before.given(ended('2025-12-12'));
    over.when(give({ on: '2025-12-12' })).then(event('ConsentGiven', '2025-12-12', { on: '2025-12-12' }));
    over.when(give({ on: '2025-12-13' })).thenRefused('JOURNEY_ENDED');
  });

  it('may follow on a withdrawal', () => {
    const again = before.given(consented).after(withdraw);
    again.when(give({ on: '2026-01-05' })).then(event('ConsentGiven', '2026-01-05', { on: '2026-01-05' }));
  });

  it('is refused before the pupil was referred', () => {
    spec(journey).when(give()).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });
});

describe('withdrawing consent', () => {
  it('names the mentor whose place becomes free', () => {
    spec(journey)
      .given(...mentored)
      .when(withdraw)
      .then(event('ConsentWithdrawn', '2025-12-01', { ...withdraw, mentor: MENTOR }));
  });

  it('needs neither a reason nor a mentor', () => {
    spec(journey)
      .given(referred, consented)
      .when(command(WithdrawConsent, { on: '2025-12-01' }))
      .then(event('ConsentWithdrawn', '2025-12-01', { on: '2025-12-01' }));
  });

  it('stops the mentoring: there is neither consent nor a mentor any more', () => {
    const stopped = spec(journey)
      .given(...mentored)
      .after(withdraw)
      .with({ mentor: {} });
    expect(stopped.facts()).toMatchObject({ consented: false, ended: false });
    expect(stopped.facts()).not.toHaveProperty('mentor');
    stopped.when(holding(6)).thenRefused('CONSENT_MISSING');
    stopped
      .after(give({ on: '2025-12-02' }))
      .when(holding(6))
      .thenRefused('MENTOR_NOT_ALLOCATED');
    stopped
      .after(give({ on: '2025-12-02' }))
      .given(allocated)
      .when(holding(6, { phase: 1 }))
      .then(held(6, { phase: 1 }));
  });

  it('changes nothing where there is none', () => {
    spec(journey).given(referred).when(withdraw).thenNothing();
    spec(journey)
      .given(...mentored)
      .after(withdraw)
      .when(withdraw)
      .thenNothing();
  });

  it('may come after the end', () => {
    spec(journey)
      .given(...mentored, ended('2025-11-28'))
      .when(withdraw)
      .then(event('ConsentWithdrawn', '2025-12-01', { ...withdraw, mentor: MENTOR }));
  });

  it('is refused before the pupil was referred', () => {
    spec(journey).when(withdraw).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });
});
