import { consented, referred } from '@test/support/given';
import { ended, id } from '@test/support/journey/given';
import { command, event, spec } from '@test/support/spec';
import { RecordBarrier } from './barriers';
import { GiveConsent } from './consent';
import { journey } from './journey';
import {
  AcceptReferral,
  DeclineReferral,
  FinishSupport,
  MakeReferral,
  StartSupport,
  WithdrawReferral,
} from './support';

const DAY = '2025-11-03';
const reason = 'The waiting list is closed.';
const step = { referral: id(7), on: '2025-11-10' };

const make = (differing: Partial<MakeReferral> = {}) =>
  command(MakeReferral, { referral: id(7), service: 'Early Help', on: DAY, ...differing });
const made = event('ReferralMade', DAY, { referral: id(7), service: 'Early Help', on: DAY });

const before = spec(journey).given(referred, consented);

describe('making a referral', () => {
  it('is recorded if there is consent', () => {
    before.when(make()).then(made);
  });

  it('can be for a barrier', () => {
    const barrier = id(1);
    before
      .after(command(RecordBarrier, { barrier, kind: 'TRANSPORT', by: 'MENTOR', on: DAY }))
      .when(make({ barrier }))
      .then(event('ReferralMade', DAY, { ...made.data, barrier }));
  });

  it('changes nothing if the referral is already recorded, whatever its current step', () => {
    before.given(made).when(make()).thenNothing();
    before
      .given(made, event('ReferralDeclined', step.on, { ...step, reason }))
      .when(make())
      .thenNothing();
  });

  it.each([
    ['service', { service: 'Young Carers' }],
    ['day', { on: '2025-11-04' }],
    ['barrier', { barrier: id(1) }],
    ['reason to make it without consent', { overrideReason: 'A concern.' }],
  ])('is refused if the id is recorded with another %s', (_, differing) => {
    before.given(made).when(make(differing)).thenRefused('REFERRAL_ALREADY_RECORDED');
  });

  it('needs consent on its day, even if consent was withdrawn since', () => {
    const withdrawn = before.given(event('ConsentWithdrawn', DAY, { on: DAY }));
    withdrawn.when(make()).then(made);
    withdrawn.when(make({ on: '2025-11-04' })).thenRefused('CONSENT_MISSING');
    before.when(make({ on: '2025-10-12' })).thenRefused('CONSENT_MISSING');
  });

  it('is refused if the barrier is unknown', () => {
    before.when(make({ barrier: id(1) })).thenRefused('UNKNOWN_BARRIER', 'missing');
  });

  it('needs consent, or a reason for referring without it', () => {
    const without = spec(journey).given(referred);
    const overrideReason = 'A concern for the pupil’s safety.';
    without.when(make()).thenRefused('CONSENT_MISSING');
    without.when(make({ overrideReason })).then(event('ReferralMade', DAY, { ...made.data, overrideReason }));
    without
      .after(command(GiveConsent, { on: DAY }))
      .when(make())
      .then(made);
  });

  it('can be recorded after the end, for a day up to the end', () => {
    before.given(ended(DAY)).when(make()).then(made);
    before.given(ended('2025-11-02')).when(make()).thenRefused('JOURNEY_ENDED');
  });

  it('is refused before the pupil’s referral', () => {
    spec(journey).when(make()).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });
});

const steps = {
  accepted: {
    command: command(AcceptReferral, step),
    event: event('ReferralAccepted', step.on, step),
  },
  declined: {
    command: command(DeclineReferral, { ...step, reason }),
    event: event('ReferralDeclined', step.on, { ...step, reason }),
  },
  started: {
    command: command(StartSupport, step),
    event: event('SupportStarted', step.on, step),
  },
  finished: {
    command: command(FinishSupport, { ...step, outcome: 'A bus pass was granted.' }),
    event: event('SupportFinished', step.on, { ...step, outcome: 'A bus pass was granted.' }),
  },
  withdrawn: {
    command: command(WithdrawReferral, { ...step, reason }),
    event: event('ReferralWithdrawn', step.on, { ...step, reason }),
  },
};

type Step = keyof typeof steps;

/** The events that lead to each step. */
const ways: Readonly<Record<'made' | Step, readonly Step[]>> = {
  made: [],
  accepted: ['accepted'],
  declined: ['declined'],
  started: ['accepted', 'started'],
  finished: ['accepted', 'started', 'finished'],
  withdrawn: ['withdrawn'],
};

/** The steps that can follow each step. */
const next: Readonly<Record<keyof typeof ways, readonly Step[]>> = {
  made: ['accepted', 'declined', 'started', 'withdrawn'],
  accepted: ['started', 'withdrawn'],
  declined: [],
  started: ['finished', 'withdrawn'],
  finished: [],
  withdrawn: [],
};

describe('a support referral', () => {
  const at = (now: keyof typeof ways) => before.given(made, ...ways[now].map((each) => steps[each].event));

  const pairs = (Object.keys(ways) as (keyof typeof ways)[]).flatMap((now) =>
    (Object.keys(steps) as Step[]).map((then) => [now, then] as const),
  );

  it.each(pairs.filter(([now, then]) => next[now].includes(then)))(
    'that is %s can become %s',
    (now, then) => {
      at(now).when(steps[then].command).then(steps[then].event);
      at(now).given(ended('2025-11-01')).when(steps[then].command).then(steps[then].event);
    },
  );

  it.each(pairs.filter(([now, then]) => now === then))('that is %s does not become %s again', (now, then) => {
    at(now).when(steps[then].command).thenNothing();
  });

  it.each(Object.keys(steps) as Step[])('that is %s cannot repeat that step on another day', (now) => {
    const otherwise = Object.assign(Object.create(Object.getPrototypeOf(steps[now].command) as object), {
      ...steps[now].command,
      on: '2025-11-11',
    }) as object;
    at(now).when(otherwise).thenRefused('REFERRAL_STEP_ALREADY_RECORDED');
  });

  it.each(pairs.filter(([now, then]) => now !== then && !next[now].includes(then)))(
    'that is %s cannot become %s',
    (now, then) => {
      at(now).when(steps[then].command).thenRefused('REFERRAL_ELSEWHERE');
    },
  );

  it.each(Object.entries(steps))('must exist to become %s', (_, { command: each }) => {
    before.when(each).thenRefused('UNKNOWN_REFERRAL', 'missing');
    spec(journey).when(each).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });
});
