/** A programme with a thousand pupils, for clients that send commands and queries all the time. */
import { randomUUID } from 'node:crypto';
import type { Position } from '@waymark/core/kernel';
import { RecordAttendance } from '@waymark/modules/attendance';
import { AssessEligibility, GiveConsent, ReferPupil } from '@waymark/modules/journey';
import { AllocatePupil, AppointMentor } from '@waymark/modules/mentor';
import { DefineProgramme } from '@waymark/modules/programme';
import { RegisterPupil } from '@waymark/modules/pupil';
import { RegisterSchool } from '@waymark/modules/school';
import type { Platform } from '@waymark/platform';
import { range } from '../support/events';
import { idOf, upnOf } from '../support/made-up';
import { command } from '../support/spec';
import * as api from './client';

/** More pupils than one read returns, so that figures are computed from several reads. */
export const PUPILS = 1_050;
/** Number of pupils who have a mentor. */
const MENTORED = 20;
/** Each mentor has a school in a different area, and half of the pupils. */
const PLACES = [
  { mentor: 'M-1', school: '990401', area: 'Blackpool' },
  { mentor: 'M-2', school: '990402', area: 'Hastings' },
] as const;

/** Marks of five days, with three absent sessions. */
const marks = ['/', 'I', '/', '/', '/'].map((am, day) => {
  const on = `2025-09-${String(15 + day)}`;
  return { on, am, pm: am === 'I' ? 'I' : day === 2 ? 'O' : '\\', at: `${on}T16:00:00Z` };
});

export const mentors = PLACES.map(({ mentor }) => mentor);
const placeOf = (n: number): (typeof PLACES)[number] => PLACES[n % 2]!;
const journeyOf = (n: number): string => idOf('journey', String(n));

/** Record pupils with referrals, some of them with a mentor: a few thousand events. */
export async function fill(platform: Platform): Promise<void> {
  const submit = (module: string, id: string, sent: object): Promise<unknown> =>
    platform.submitter.submit({ module, id, command: sent, actor: 'office' });
  // So many sessions that no journey is ever completed.
  const deliveryModel = { ...api.programme.deliveryModel, sessionsPerPhase: 50 };
  await submit('programme', api.PROGRAMME, command(DefineProgramme, { ...api.programme, deliveryModel }));
  for (const { mentor, school, area } of PLACES) {
    await submit('school', school, command(RegisterSchool, { ...api.school, area }));
    await submit('mentor', mentor, command(AppointMentor, { ...api.mentor, school }));
  }
  const come = async (n: number): Promise<void> => {
    const [pupil, { school }] = [idOf('pupil', String(n)), placeOf(n)];
    await submit('pupil', pupil, command(RegisterPupil, { ...api.pupil, upn: upnOf(n), school }));
    await submit('journey', journeyOf(n), command(ReferPupil, { ...api.referral, pupil, school }));
    if (n >= MENTORED) return;
    await submit('attendance', pupil, command(RecordAttendance, { school, marks }));
    await submit('journey', journeyOf(n), command(GiveConsent, { on: '2025-10-13', by: 'PARENT' }));
    await submit('journey', journeyOf(n), new AssessEligibility());
    const place = command(AllocatePupil, { journey: journeyOf(n), on: '2025-10-27' });
    await submit('mentor', placeOf(n).mentor, place);
  };
  for (let n = 0; n < PUPILS; n += 50) await Promise.all(range(50).map((each) => come(n + each)));
  await platform.settle();
}

/** Send a random command to a random journey that has a mentor. Returns the position of its event. */
export async function record({ send }: api.Api, random: () => number): Promise<Position> {
  const n = Math.floor(random() * MENTORED);
  const [{ mentor }, on, chance] = [placeOf(n), '2025-11-03', random()];
  const [name, body] =
    chance < 0.5
      ? [
          'hold-session',
          { session: randomUUID(), mentor, on, minutes: 60, mode: 'IN_PERSON', place: 'SCHOOL' },
        ]
      : chance < 0.7
        ? ['record-session-not-held', { session: randomUUID(), mentor, on, reason: 'PUPIL_ILL' }]
        : ['record-barrier', { barrier: randomUUID(), kind: 'TRANSPORT', by: 'MENTOR', severity: 2, on }];
  return (await send(`journeys/${journeyOf(n)}/${name}`, body).expect(200)).body.position as Position;
}
