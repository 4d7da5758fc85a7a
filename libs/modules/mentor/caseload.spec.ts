import { range } from '@test/support/events';
import { JOURNEY, journeyFacts, MENTOR, PROGRAMME, programmeFacts, SCHOOL } from '@test/support/given';
import { command, event, spec } from '@test/support/spec';
import { AllocatePupil, ReleasePlace, releaseReasons } from './caseload';
import { mentor } from './mentor';

const DAY = '2025-10-27';
const TODAY = '2026-02-15';

const appointed = event('MentorAppointed', '2025-09-01', {
  name: 'Oscar Roberts',
  programme: PROGRAMME,
  area: 'blackpool',
  school: SCHOOL,
  from: '2025-09-01',
});

const nthJourney = (n: number) => `3f0c5f0e-8f0d-4c57-9c36-${String(n).padStart(12, '0')}`;
const taken = (journey: string) => event('PlaceTaken', DAY, { journey, on: DAY });
const released = (journey: string) => event('PlaceReleased', TODAY, { journey, reason: 'ENDED' });
const allocate = (journey = JOURNEY) => command(AllocatePupil, { journey, on: DAY });
const release = (journey = JOURNEY) => command(ReleasePlace, { journey, reason: 'ENDED' });

const before = spec(mentor, { id: MENTOR, now: `${TODAY}T09:00:00.000Z` })
  .given(appointed)
  .with({ journey: journeyFacts, programme: programmeFacts });

/** A mentor with this number of pupils. */
const having = (pupils: number) => before.given(...range(pupils).map((n) => taken(nthJourney(n))));

describe('allocating a pupil', () => {
  it('reserves a place', () => {
    before.when(allocate()).then(taken(JOURNEY));
  });

  it('reserves a place for a pupil of another mentor too', () => {
    before
      .with({ journey: { ...journeyFacts, mentor: 'M-890-2' } })
      .when(allocate())
      .then(taken(JOURNEY));
  });

  it('changes nothing if the pupil already has a place, even the last one', () => {
    before.given(taken(JOURNEY)).when(allocate()).thenNothing();
    having(25)
      .when(allocate(nthJourney(24)))
      .thenNothing();
  });

  it.each([
    ['of another programme', 'OTHER_PROGRAMME', { programme: 'ampe-2026-11' }],
    ['that has ended', 'JOURNEY_ENDED', { ended: true }],
    ['of a pupil not eligible', 'NOT_ELIGIBLE', { eligible: false }],
    ['with consent from a later day', 'CONSENT_MISSING', { consentedSince: '2025-10-28' }],
  ])('is refused for a journey %s', (_, code, differing) => {
    before
      .with({ journey: { ...journeyFacts, ...differing } })
      .when(allocate())
      .thenRefused(code);
  });

  it('is refused for a journey without consent', () => {
    const { consentedSince: _, ...without } = journeyFacts;
    before.with({ journey: without }).when(allocate()).thenRefused('CONSENT_MISSING');
  });

  it('is refused if the pupil has a place from another day', () => {
    before
      .given(taken(JOURNEY))
      .when(command(AllocatePupil, { journey: JOURNEY, on: TODAY }))
      .thenRefused('PUPIL_ALREADY_ALLOCATED');
  });

  it('reads the facts of the journey that it names and of the mentor’s programme', () => {
    const known = before.with({
      journey: (id: string) => (id === JOURNEY ? journeyFacts : undefined),
      programme: (id: string) => (id === PROGRAMME ? programmeFacts : undefined),
    });
    known.when(allocate()).then(taken(JOURNEY));
    known.when(allocate(nthJourney(1))).thenRefused('UNKNOWN_JOURNEY', 'invalid');
  });

  it('is refused if the mentor does not exist', () => {
    spec(mentor)
      .with({ journey: journeyFacts, programme: programmeFacts })
      .when(allocate())
      .thenRefused('UNKNOWN_MENTOR', 'missing');
  });
});

describe('a caseload', () => {
  it('accepts the twenty-fifth pupil but not the twenty-sixth', () => {
    having(24).when(allocate()).then(taken(JOURNEY));
    having(25).when(allocate()).thenRefused('CASELOAD_FULL');
    having(24)
      .after(allocate())
      .when(allocate(nthJourney(26)))
      .thenRefused('CASELOAD_FULL');
  });

  it('has the number of places that the programme currently defines', () => {
    const withCap = (caseloadCap: number) =>
      having(25).with({ programme: { ...programmeFacts, caseloadCap } });
    withCap(26).when(allocate()).then(taken(JOURNEY));
    withCap(10).when(allocate()).thenRefused('CASELOAD_FULL');
  });

  it('has room again after a place is released', () => {
    having(25)
      .given(released(nthJourney(3)))
      .when(allocate())
      .then(taken(JOURNEY));
    having(25)
      .given(released(nthJourney(99)))
      .when(allocate())
      .thenRefused('CASELOAD_FULL');
  });
});

describe('releasing a place', () => {
  it.each(releaseReasons)('is recorded with the reason %s', (reason) => {
    before
      .given(taken(JOURNEY))
      .when(command(ReleasePlace, { journey: JOURNEY, reason }))
      .then(event('PlaceReleased', TODAY, { journey: JOURNEY, reason }));
  });

  it('changes nothing if repeated, and is refused if the pupil has no place', () => {
    before.given(taken(JOURNEY)).after(release()).when(release()).thenNothing();
    before.when(release()).thenRefused('PLACE_NOT_TAKEN');
    before
      .given(taken(JOURNEY))
      .after(release())
      .when(command(ReleasePlace, { journey: JOURNEY, reason: 'TRANSFERRED' }))
      .thenRefused('PLACE_NOT_TAKEN');
  });

  it('lets the place be reserved again', () => {
    before.given(taken(JOURNEY)).after(release()).when(allocate()).then(taken(JOURNEY));
  });

  it('is allowed for policies only', () => {
    expect(mentor.internal).toContain('ReleasePlace');
  });
});
