import { policiesOf, type Reaction, streamId } from '@waymark/core/kernel';
import type { DomainEvents } from '@waymark/modules/domain';
import { ConfirmAllocation } from '@waymark/modules/journey';
import { AllocatePupil, ReleasePlace, type ReleaseReason } from '@waymark/modules/mentor';

/**
 * Keeps a mentor's places and the pupils' journeys consistent across their streams. A place is reserved first in the
 * mentor's stream, where the cap is enforced. Then the journey confirms it; if that is refused, the place is
 * released.
 */
export const allocation = policiesOf<DomainEvents>()('allocation', {
  PlaceTaken: ({ stream, data: { journey, on } }) => [
    {
      module: 'journey',
      id: journey,
      command: Object.assign(new ConfirmAllocation(), { mentor: streamId(stream), on }),
      refused: () => [release(streamId(stream), journey, 'NOT_CONFIRMED')],
    },
  ],
  MentorAllocated: ({ stream, data: { previous } }) => freed(previous, stream, 'TRANSFERRED'),
  ConsentWithdrawn: ({ stream, data: { mentor } }) => freed(mentor, stream, 'CONSENT_WITHDRAWN'),
  JourneyCompleted: ({ stream, data: { mentor } }) => freed(mentor, stream, 'ENDED'),
  JourneyReopened: ({ stream, data: { mentor, on } }) =>
    mentor === undefined
      ? []
      : [
          {
            module: 'mentor',
            id: mentor,
            command: Object.assign(new AllocatePupil(), { journey: streamId(stream), on }),
          },
        ],
  JourneyEnded: ({ stream, data: { mentor } }) => freed(mentor, stream, 'ENDED'),
  JourneyStopped: ({ stream, data: { mentor } }) => freed(mentor, stream, 'ENDED'),
});

const release = (mentor: string, journey: string, reason: ReleaseReason): Reaction => ({
  module: 'mentor',
  id: mentor,
  command: Object.assign(new ReleasePlace(), { journey, reason }),
});

const freed = (mentor: string | undefined, stream: string, reason: ReleaseReason): Reaction[] =>
  mentor === undefined ? [] : [release(mentor, streamId(stream), reason)];
