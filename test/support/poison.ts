import type { EventStore, RecordedEvent } from '@waymark/core/kernel';
import { newEvent } from './events';

/** The day of a session that is recorded after an event that cannot be folded. */
export const SCHEDULED_BEHIND = '2025-12-08';

/**
 * Record an event that no version of the program would: a referral without a delivery model, which views of
 * journeys cannot fold; and a session after it. `subject` is the pupil. Returns the first of the two as recorded.
 */
export async function plantPoison(
  events: EventStore,
  journey: string,
  subject?: string,
): Promise<RecordedEvent> {
  const stream = `journey-${journey}`;
  const session = { session: '8c1f6a2e-7b43-4f0e-9d55-1c2b3a4d5e6f', on: SCHEDULED_BEHIND };
  const { revision } = await events.append(stream, 'any', [
    newEvent('PupilReferred', {}, subject === undefined ? {} : { subject }),
    newEvent('SessionScheduled', session),
  ]);
  const [poison] = await events.readStream(stream, { from: revision - 1, limit: 1 });
  return poison!;
}
