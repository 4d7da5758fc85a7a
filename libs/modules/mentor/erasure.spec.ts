import {
  JOURNEY,
  journeyFacts,
  MENTOR,
  PROGRAMME,
  programmeFacts,
  SCHOOL,
  schoolFacts,
  remains,
} from '@test/support/given';
import { command, event, spec } from '@test/support/spec';
import { AppointMentor } from './appointment';
import { AllocatePupil } from './caseload';
import { CompleteMentorErasure, EraseMentor } from './erasure';
import { mentor } from './mentor';

const NOW = '2026-02-15T09:00:00.000Z';
const DAY = '2026-01-12';
const appointment = {
  ...{ name: 'Oscar Roberts', programme: PROGRAMME, area: 'blackpool' },
  ...{ school: SCHOOL, from: '2025-09-01' },
};
const before = spec(mentor, { id: MENTOR, now: NOW })
  .with({ programme: programmeFacts, school: schoolFacts, journey: journeyFacts })
  .given(event('MentorAppointed', '2025-09-01', appointment));

const erase = command(EraseMentor, { ground: 'NO_LONGER_NEEDED', on: DAY });
const erased = event('MentorErased', DAY, { ground: 'NO_LONGER_NEEDED', on: DAY });
const complete = command(CompleteMentorErasure, { keyDestroyedAt: NOW, events: 3, remains });
const completed = event('MentorErasureCompleted', '2026-02-15', { keyDestroyedAt: NOW, events: 3, remains });
const after = before.given(erased);

describe('erasing a mentor', () => {
  it('keeps where the mentor worked, but not the name', () => {
    before.when(erase).then(erased);
    expect(after.now().appointment).toEqual({ ...appointment, name: '' });
  });

  it('is refused while there are pupils in the caseload', () => {
    const taken = event('PlaceTaken', DAY, { journey: JOURNEY, on: DAY });
    before.given(taken).when(erase).thenRefused('MENTOR_HAS_PUPILS');
    before
      .given(taken, event('PlaceReleased', DAY, { journey: JOURNEY, reason: 'ENDED' }))
      .when(erase)
      .then(erased);
  });

  it('is recorded despite pupils if it was decided before the state that a restore brought back', () => {
    const again = { ground: 'ERASED_BEFORE_RESTORE', on: DAY } as const;
    const taken = event('PlaceTaken', DAY, { journey: JOURNEY, on: DAY });
    before
      .given(taken)
      .when(command(EraseMentor, again))
      .then(event('MentorErased', DAY, again));
  });

  it('changes nothing if repeated', () => {
    after.when(erase).thenNothing();
  });

  it('prevents any further record about the mentor', () => {
    const { area: _, ...again } = appointment;
    after.when(command(AppointMentor, again)).thenRefused('MENTOR_ERASED', 'gone');
    after.when(command(AllocatePupil, { journey: JOURNEY, on: DAY })).thenRefused('MENTOR_ERASED', 'gone');
  });

  it('is completed once', () => {
    before.when(complete).thenRefused('NOT_ERASED');
    after.when(complete).then(completed);
    after.given(completed).when(complete).thenNothing();
  });
});
