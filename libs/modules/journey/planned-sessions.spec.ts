import {
  CONSENT_DAY,
  consented,
  found,
  MENTOR,
  mentored,
  mentorFacts,
  OTHER_MENTOR,
  referred,
} from '@test/support/given';
import { ended, held, holding, id, weekly } from '@test/support/journey/given';
import { command, event, spec } from '@test/support/spec';
import { journey } from './journey';
import {
  RecordSessionNotHeld,
  type NotHeldReason,
  notHeldReasons,
  RescheduleSession,
  ScheduleSession,
  VoidSession,
} from './sessions';

const DAY = weekly(1);
const LATER = '2025-11-05';

const schedule = (differing: Partial<ScheduleSession> = {}) =>
  command(ScheduleSession, { session: id(1), mentor: MENTOR, on: DAY, ...differing });
const reschedule = (to = LATER) =>
  command(RescheduleSession, { session: id(1), to, reason: 'The room is taken.' });
const recordNotHeld = (
  reason: NotHeldReason = 'PUPIL_ABSENT',
  differing: Partial<RecordSessionNotHeld> = {},
) => command(RecordSessionNotHeld, { session: id(1), mentor: MENTOR, on: DAY, reason, ...differing });
const voiding = command(VoidSession, { session: id(1), reason: 'Another pupil’s.' });

const scheduled = event('SessionScheduled', DAY, { session: id(1), mentor: MENTOR, on: DAY });
const notHeld = event('SessionNotHeld', DAY, {
  session: id(1),
  mentor: MENTOR,
  on: DAY,
  reason: 'PUPIL_ABSENT',
  kind: 'acceptable',
});

const nothing = spec(journey).with({ mentor: mentorFacts });
const before = nothing.given(...mentored);

describe('scheduling a session', () => {
  it('records the scheduled session', () => {
    before.when(schedule()).then(scheduled);
  });

  it('changes nothing if it is already scheduled with the same data', () => {
    before.given(scheduled).when(schedule()).thenNothing();
  });

  it.each([
    ['another day', { on: LATER }],
    ['another mentor', { mentor: OTHER_MENTOR }],
  ])('is refused if it is scheduled with %s', (_, differing) => {
    before.given(scheduled).when(schedule(differing)).thenRefused('SESSION_ALREADY_RECORDED');
  });

  it('is refused if the session was held, not held or voided', () => {
    for (const already of [held(1), notHeld]) {
      before.given(already).when(schedule()).thenRefused('SESSION_ALREADY_RECORDED');
    }
    before.after(schedule(), voiding).when(schedule()).thenRefused('SESSION_ALREADY_RECORDED');
  });
});

describe('rescheduling a session', () => {
  const rescheduled = event('SessionRescheduled', LATER, {
    session: id(1),
    from: DAY,
    to: LATER,
    reason: 'The room is taken.',
  });

  it('moves it to another day with the same mentor', () => {
    before.given(scheduled).when(reschedule()).then(rescheduled);
    before
      .given(scheduled, rescheduled)
      .when(schedule({ on: LATER }))
      .thenNothing();
  });

  it('changes nothing if repeated, and is refused if it is already on that day', () => {
    before.given(scheduled).after(reschedule()).when(reschedule()).thenNothing();
    before.given(scheduled).when(reschedule(DAY)).thenRefused('SESSION_ON_THAT_DAY');
    before
      .given(scheduled)
      .after(reschedule())
      .when(command(RescheduleSession, { session: id(1), to: LATER, reason: 'Another one.' }))
      .thenRefused('SESSION_ON_THAT_DAY');
  });

  it('is refused if the session is unknown', () => {
    before.when(reschedule()).thenRefused('UNKNOWN_SESSION', 'missing');
  });

  it('is refused if the session is no longer scheduled', () => {
    before.given(held(1)).when(reschedule()).thenRefused('SESSION_NOT_SCHEDULED');
    before.given(notHeld).when(reschedule()).thenRefused('SESSION_NOT_SCHEDULED');
    before.given(scheduled).after(voiding).when(reschedule()).thenRefused('SESSION_NOT_SCHEDULED');
  });

  it('is refused for a day after the end or before consent', () => {
    before.given(scheduled, ended('2025-11-04')).when(reschedule()).thenRefused('JOURNEY_ENDED');
    before.given(scheduled).when(reschedule('2025-10-12')).thenRefused('CONSENT_MISSING');
  });
});

describe('a session not held', () => {
  it.each(Object.entries(notHeldReasons))('because of %s is %s', (reason, kind) => {
    const recorded = { ...notHeld.data, reason: reason as NotHeldReason, kind };
    before.when(recordNotHeld(reason as NotHeldReason)).then(event('SessionNotHeld', DAY, recorded));
  });

  it('can follow a scheduled session, on its day or another', () => {
    before.given(scheduled).when(recordNotHeld()).then(notHeld);
    before
      .given(scheduled)
      .when(recordNotHeld('PUPIL_ABSENT', { on: LATER }))
      .then(event('SessionNotHeld', LATER, { ...notHeld.data, on: LATER }));
  });

  it('changes nothing if the same data are already recorded', () => {
    before.given(notHeld).when(recordNotHeld()).thenNothing();
  });

  it('is refused if the session is recorded with other data', () => {
    before.given(held(1)).when(recordNotHeld()).thenRefused('SESSION_ALREADY_RECORDED');
    before.given(notHeld).when(recordNotHeld('PUPIL_DECLINED')).thenRefused('SESSION_ALREADY_RECORDED');
    before
      .given(notHeld)
      .when(recordNotHeld('PUPIL_ABSENT', { on: LATER }))
      .thenRefused('SESSION_ALREADY_RECORDED');
    before
      .given(notHeld)
      .when(recordNotHeld('PUPIL_ABSENT', { mentor: OTHER_MENTOR }))
      .thenRefused('SESSION_ALREADY_RECORDED');
    before.given(notHeld).when(holding(1)).thenRefused('SESSION_ALREADY_RECORDED');
  });
});

const ways: readonly (readonly [string, (on?: string) => object])[] = [
  ['scheduled', (on = DAY) => schedule({ on })],
  ['not held', (on = DAY) => recordNotHeld('PUPIL_ABSENT', { on })],
  ['held', (on = DAY) => holding(1, { on })],
];

describe.each(ways)('a session that is %s', (_, session) => {
  it('needs consent that starts on or before its day', () => {
    nothing.given(referred, found(true)).when(session()).thenRefused('CONSENT_MISSING');
    before.when(session('2025-10-12')).thenRefused('CONSENT_MISSING');
    expect(before.when(session(CONSENT_DAY)).events()).toHaveLength(1);
  });

  it('needs a mentor allocated to the pupil', () => {
    nothing.given(referred, found(true), consented).when(session()).thenRefused('MENTOR_NOT_ALLOCATED');
  });

  it('needs a mentor who exists', () => {
    const others = { mentor: (asked: string) => (asked === OTHER_MENTOR ? mentorFacts : undefined) };
    before.with(others).when(session()).thenRefused('UNKNOWN_MENTOR', 'invalid');
  });

  it('needs a referral', () => {
    nothing.when(session()).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });

  it('can be recorded after the end, for a day up to the end', () => {
    expect(before.given(ended(DAY)).when(session()).events()).toHaveLength(1);
    before.given(ended('2025-11-02')).when(session()).thenRefused('JOURNEY_ENDED');
  });
});
