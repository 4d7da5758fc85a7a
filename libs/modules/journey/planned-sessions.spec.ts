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
  it('plans it', () => {
    before.when(schedule()).then(scheduled);
  });

  it('changes nothing where it is planned so already', () => {
    before.given(scheduled).when(schedule()).thenNothing();
  });

  it.each([
    ['another day', { on: LATER }],
    ['another mentor', { mentor: OTHER_MENTOR }],
  ])('is refused where it is planned with %s', (_, differing) => {
    before.given(scheduled).when(schedule(differing)).thenRefused('SESSION_ALREADY_RECORDED');
  });

  it('is refused where the session was held, not held or voided', () => {
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

  it('puts it on another day, with the mentor it was planned with', () => {
    before.given(scheduled).when(reschedule()).then(rescheduled);
    before
      .given(scheduled, rescheduled)
      .when(schedule({ on: LATER }))
      .thenNothing();
  });

  it('again changes nothing, and is refused where it is on that day already', () => {
    before.given(scheduled).after(reschedule()).when(reschedule()).thenNothing();
    before.given(scheduled).when(reschedule(DAY)).thenRefused('SESSION_ON_THAT_DAY');
    before
      .given(scheduled)
      .after(reschedule())
      .when(command(RescheduleSession, { session: id(1), to: LATER, reason: 'Another one.' }))
      .thenRefused('SESSION_ON_THAT_DAY');
  });

  it('is refused where the session is unknown', () => {
    before.when(reschedule()).thenRefused('UNKNOWN_SESSION', 'missing');
  });

  it('is refused where the session is not a plan any more', () => {
    before.given(held(1)).when(reschedule()).thenRefused('SESSION_NOT_SCHEDULED');
    before.given(notHeld).when(reschedule()).thenRefused('SESSION_NOT_SCHEDULED');
    before.given(scheduled).after(voiding).when(reschedule()).thenRefused('SESSION_NOT_SCHEDULED');
  });

  it('is refused to a day after the end, or before consent', () => {
    before.given(scheduled, ended('2025-11-04')).when(reschedule()).thenRefused('JOURNEY_ENDED');
    before.given(scheduled).when(reschedule('2025-10-12')).thenRefused('CONSENT_MISSING');
  });
});

describe('missing a session', () => {
  it.each(Object.entries(notHeldReasons))('for %s is %s', (reason, kind) => {
    const expected = { ...notHeld.data, reason: reason as NotHeldReason, kind };
    before.when(recordNotHeld(reason as NotHeldReason)).then(event('SessionNotHeld', DAY, expected));
  });

  it('may follow on a plan, on that day or another', () => {
    before.given(scheduled).when(recordNotHeld()).then(notHeld);
    before
      .given(scheduled)
      .when(recordNotHeld('PUPIL_ABSENT', { on: LATER }))
      .then(event('SessionNotHeld', LATER, { ...notHeld.data, on: LATER }));
  });

  it('changes nothing where the same is recorded already', () => {
    before.given(notHeld).when(recordNotHeld()).thenNothing();
  });

  it('is refused where something else is recorded', () => {
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
  ['planned', (on = DAY) => schedule({ on })],
  ['not held', (on = DAY) => recordNotHeld('PUPIL_ABSENT', { on })],
  ['held', (on = DAY) => holding(1, { on })],
];

describe.each(ways)('a session that is %s', (_, session) => {
  it('needs consent, from that day or before', () => {
    nothing.given(referred, found(true)).when(session()).thenRefused('CONSENT_MISSING');
    before.when(session('2025-10-12')).thenRefused('CONSENT_MISSING');
    expect(before.when(session(CONSENT_DAY)).events()).toHaveLength(1);
  });

  it('needs the pupil to have a mentor', () => {
    nothing.given(referred, found(true), consented).when(session()).thenRefused('MENTOR_NOT_ALLOCATED');
  });

  it('needs a mentor who exists', () => {
    const others = { mentor: (asked: string) => (asked === OTHER_MENTOR ? mentorFacts : undefined) };
    before.with(others).when(session()).thenRefused('UNKNOWN_MENTOR', 'invalid');
  });

  it('needs a referral', () => {
    nothing.when(session()).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });

  it('may be recorded after the end, of a day up to it', () => {
    expect(before.given(ended(DAY)).when(session()).events()).toHaveLength(1);
    before.given(ended('2025-11-02')).when(session()).thenRefused('JOURNEY_ENDED');
  });
});
