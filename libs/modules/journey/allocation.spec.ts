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
import { ended } from '@test/support/journey/given';
import { command, event, spec } from '@test/support/spec';
import { ConfirmAllocation } from './allocation';
import { journey } from './journey';

const confirm = (mentor = MENTOR, on = '2025-10-27') => command(ConfirmAllocation, { mentor, on });

describe('confirming an allocation', () => {
  const before = spec(journey).given(referred, found(true), consented).with({ mentorFacts });

  it('gives the pupil the mentor who holds the place', () => {
    before.when(confirm()).then(allocated);
    expect(before.after(confirm()).facts()?.mentor).toBe(MENTOR);
  });

  it('names the mentor before, whose place becomes free', () => {
    const moved = { mentor: OTHER_MENTOR, previous: MENTOR, on: '2025-12-01' };
    before
      .given(allocated)
      .when(confirm(OTHER_MENTOR, '2025-12-01'))
      .then(event('MentorAllocated', '2025-12-01', moved));
  });

  it('changes nothing where the mentor is the pupil’s already, even after the end', () => {
    before.given(allocated).when(confirm(MENTOR, '2025-12-01')).thenNothing();
    before.given(allocated, ended('2025-12-12')).when(confirm()).thenNothing();
  });

  it('is refused without consent', () => {
    spec(journey)
      .given(referred, found(true))
      .with({ mentorFacts })
      .when(confirm())
      .thenRefused('CONSENT_MISSING');
  });

  it('is refused once the journey has ended, whatever the day', () => {
    before.given(ended('2025-12-12')).when(confirm(MENTOR, '2025-10-27')).thenRefused('JOURNEY_ENDED');
  });

  it('is refused where there is no such mentor', () => {
    const known = { mentorFacts: (id: string) => (id === MENTOR ? mentorFacts : undefined) };
    const either = spec(journey)
      .given(...mentored)
      .with(known);
    either.when(confirm(MENTOR)).thenNothing();
    either.when(confirm(OTHER_MENTOR)).thenRefused('UNKNOWN_MENTOR', 'missing');
  });

  it('is refused before the pupil was referred', () => {
    spec(journey).with({ mentorFacts }).when(confirm()).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });

  it('is for policies only', () => {
    expect(journey.internal).toContain('ConfirmAllocation');
  });
});
