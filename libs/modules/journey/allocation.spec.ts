import {
  allocated,
  consented,
  found,
  MENTOR,
  mentored,
  mentorFacts,
  OTHER_MENTOR,
  referred,
} from '@test/support/given';
import { ended, held, holding } from '@test/support/journey/given';
import { command, event, spec } from '@test/support/spec';
import { ConfirmAllocation } from './allocation';
import { journey } from './journey';

const confirm = (mentor = MENTOR, on = '2025-10-27') => command(ConfirmAllocation, { mentor, on });

describe('confirming an allocation', () => {
  const before = spec(journey).given(referred, found(true), consented).with({ mentorFacts });

  it('allocates the mentor who has reserved the place', () => {
    before.when(confirm()).then(allocated);
    expect(before.after(confirm()).facts()?.mentor).toBe(MENTOR);
  });

  it('names the previous mentor, whose place is released', () => {
    const moved = { mentor: OTHER_MENTOR, previous: MENTOR, on: '2025-12-01' };
    before
      .given(allocated)
      .when(confirm(OTHER_MENTOR, '2025-12-01'))
      .then(event('MentorAllocated', '2025-12-01', moved));
  });

  it('changes nothing if the pupil already has the mentor, even after the end', () => {
    before.given(allocated).when(confirm()).thenNothing();
    before.given(allocated).when(confirm(MENTOR, '2025-12-01')).thenRefused('MENTOR_ALREADY_ALLOCATED');
    before.given(allocated, ended('2025-12-12')).when(confirm()).thenNothing();
  });

  it('is refused without consent', () => {
    spec(journey)
      .given(referred, found(true))
      .with({ mentorFacts })
      .when(confirm())
      .thenRefused('CONSENT_MISSING');
    before.when(confirm(MENTOR, '2025-10-12')).thenRefused('CONSENT_MISSING');
  });

  it('is refused if consent was withdrawn since, even for a day with consent', () => {
    before
      .given(event('ConsentWithdrawn', '2025-12-01', { on: '2025-12-01' }))
      .when(confirm())
      .thenRefused('CONSENT_MISSING');
  });

  it('is refused once the journey has ended, for any day', () => {
    before.given(ended('2025-12-12')).when(confirm(MENTOR, '2025-10-27')).thenRefused('JOURNEY_ENDED');
  });

  it('is refused if the mentor does not exist', () => {
    const known = { mentorFacts: (id: string) => (id === MENTOR ? mentorFacts : undefined) };
    const either = spec(journey)
      .given(...mentored)
      .with(known);
    either.when(confirm(MENTOR)).thenNothing();
    either.when(confirm(OTHER_MENTOR)).thenRefused('UNKNOWN_MENTOR', 'missing');
  });

  it('is refused before the pupil’s referral', () => {
    spec(journey).with({ mentorFacts }).when(confirm()).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });

  it('is allowed for policies only', () => {
    expect(journey.internal).toContain('ConfirmAllocation');
  });
});

describe('the mentor of a pupil', () => {
  const before = spec(journey)
    .given(...mentored)
    .with({ mentor: mentorFacts });
  const moved = event('MentorAllocated', '2025-11-10', {
    mentor: OTHER_MENTOR,
    previous: MENTOR,
    on: '2025-11-10',
  });
  const over = ended('2025-12-12');
  const reopened = event('JourneyReopened', '2026-02-01', {
    reason: 'Another pupil.',
    on: '2026-02-01',
    mentor: OTHER_MENTOR,
  });
  const again = event('MentorAllocated', '2026-02-02', { mentor: MENTOR, on: '2026-02-02' });

  it('is known for every day, across a transfer, an end and later allocations', () => {
    expect(before.given(moved, over, reopened, again).now().allocations).toEqual([
      { mentor: MENTOR, from: '2025-10-27', until: '2025-11-10' },
      { mentor: OTHER_MENTOR, from: '2025-11-10', until: '2025-12-12' },
      { mentor: MENTOR, from: '2026-02-02' },
    ]);
  });

  it('allows late records of sessions on those days while the pupil has no mentor', () => {
    const without = before.given(over, reopened);
    expect(without.facts()).not.toHaveProperty('mentor');
    without.when(holding(1)).then(held(1));
    without.when(holding(1, { on: '2025-10-27' })).then(held(1, { on: '2025-10-27' }));
    without.when(holding(1, { on: '2025-12-12' })).then(held(1, { on: '2025-12-12' }));
    for (const on of ['2025-10-26', '2025-12-13'])
      without.when(holding(1, { on })).thenRefused('MENTOR_NOT_ALLOCATED');
  });

  it('is not checked by day while the pupil has one, because files arrive in any order', () => {
    before.when(holding(1, { on: '2025-10-20' })).then(held(1, { on: '2025-10-20' }));
  });
});
