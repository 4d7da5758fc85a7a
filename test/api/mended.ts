import type { Clock } from '@waymark/core/commands';
import { temporaryDirectory } from '../support/stores';
import { allocated, type Api, JOURNEY, MENTOR, serve, UPN } from './client';

export const SESSION = '8c1f6a2e-7b43-4f0e-9d55-1c2b3a4d5e6f';
const session = { session: SESSION, mentor: MENTOR, minutes: 60, mode: 'IN_PERSON', place: 'SCHOOL' };
export const MONDAY = '2025-11-03';
export const NEXT = '2025-11-10';

/** A clock that a test sets. */
export class SetClock implements Clock {
  constructor(private moment: string) {}

  set(moment: string): void {
    this.moment = moment;
  }

  now(): string {
    return this.moment;
  }
}

/** A journey with a session whose wrong day was corrected, and with an end that was reopened. */
export async function mended(data = temporaryDirectory()): Promise<Api> {
  const clock = new SetClock('2025-11-01T09:00:00.000Z');
  const api = await serve(data, { clock });
  const send = async (command: string, body: object): Promise<void> => {
    await api.send(`journeys/${JOURNEY}/${command}`, body).expect(200);
  };
  await allocated(api);
  clock.set('2025-11-11T09:00:00.250Z');
  await send('hold-session', { ...session, on: MONDAY });
  clock.set('2025-11-12T09:00:00.750Z');
  await send('correct-session', { session: SESSION, on: NEXT, reason: `Not ${MONDAY}: see ${UPN}.` });
  clock.set('2025-12-13T09:00:00.000Z');
  await send('end-journey', { ending: 'ENDED_EARLY', reason: 'The family moved.', on: '2025-12-12' });
  clock.set('2026-02-15T09:00:00.000Z');
  await send('reopen-journey', { reason: 'It was another family.' });
  await api.platform.settle();
  return api;
}
