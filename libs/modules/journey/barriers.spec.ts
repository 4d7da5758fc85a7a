import { referred } from '@test/support/given';
import { ended, id } from '@test/support/journey/given';
import { command, event, spec } from '@test/support/spec';
import {
  barrierKinds,
  barriers as slice,
  DecideSafeguarding,
  ReassessBarrier,
  RecordBarrier,
  safeguardingKinds,
} from './barriers';
import { journey } from './journey';

const DAY = '2025-11-03';

const record = (differing: Partial<RecordBarrier> = {}) =>
  command(RecordBarrier, { barrier: id(1), kind: 'TRANSPORT', by: 'MENTOR', on: DAY, ...differing });
const reassess = (severity: number, on = '2025-12-08') =>
  command(ReassessBarrier, { barrier: id(1), severity, on });
const decide = command(DecideSafeguarding, { barrier: id(1), decision: 'SHARED_WITH_LEAD', on: DAY });

const found = event('BarrierFound', DAY, { barrier: id(1), kind: 'TRANSPORT', by: 'MENTOR', on: DAY });

const before = spec(journey).given(referred);

describe('recording a barrier', () => {
  it('does not require a severity or a text', () => {
    before.when(record()).then(found);
  });

  it('keeps the severity, even 0, and the finder’s words', () => {
    const details = { severity: 0, text: 'The bus does not run any more.', by: 'PARENT' } as const;
    before.when(record(details)).then(event('BarrierFound', DAY, { ...found.data, ...details }));
  });

  it.each(barrierKinds)('accepts kind %s', (kind) => {
    before
      .when(record({ kind, text: 'In other words.' }))
      .then(event('BarrierFound', DAY, { ...found.data, kind, text: 'In other words.' }));
  });

  it('changes nothing if it is already recorded', () => {
    before.given(found).when(record()).thenNothing();
    before.given(found).after(reassess(2)).when(record()).thenNothing();
  });

  it.each([
    ['kind', { kind: 'BULLYING' }],
    ['severity', { severity: 2 }],
    ['text', { text: 'In other words.' }],
    ['finder', { by: 'PARENT' }],
    ['day', { on: '2025-11-04' }],
  ] as const)('is refused if the id is recorded with another %s', (_, differing) => {
    before.given(found).when(record(differing)).thenRefused('BARRIER_ALREADY_RECORDED');
  });

  it('is refused if the kind is OTHER and there is no text', () => {
    before.when(record({ kind: 'OTHER' })).thenRefused('TEXT_NEEDED', 'invalid');
  });

  it('can be recorded after the end, for a day up to the end', () => {
    before.given(ended(DAY)).when(record()).then(found);
    before.given(ended('2025-11-02')).when(record()).thenRefused('JOURNEY_ENDED');
  });

  it('is refused before the pupil’s referral', () => {
    spec(journey).when(record()).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });
});

describe('reassessing a barrier', () => {
  const reassessed = (severity: number, on = '2025-12-08') =>
    event('BarrierReassessed', on, { barrier: id(1), severity, on });

  it('gives a severity to a barrier without one', () => {
    before.given(found).when(reassess(0)).then(reassessed(0));
  });

  it('changes the severity, and can change it back', () => {
    const three = before.after(record({ severity: 3 }));
    three.when(reassess(1)).then(reassessed(1));
    three.after(reassess(1)).when(reassess(3, '2025-12-15')).then(reassessed(3, '2025-12-15'));
  });

  it('changes nothing if repeated for the same day, and is recorded for another day', () => {
    const one = before.after(record({ severity: 1 }));
    one.when(reassess(1, DAY)).thenNothing();
    one.when(reassess(1)).then(reassessed(1));
    before.given(found, reassessed(1)).when(reassess(1)).thenNothing();
  });

  it('is refused if the barrier is unknown', () => {
    before.when(reassess(1)).thenRefused('UNKNOWN_BARRIER', 'missing');
  });

  it('can be recorded after the end, for a day up to the end', () => {
    before.given(found, ended('2025-12-08')).when(reassess(1)).then(reassessed(1));
    before.given(found, ended('2025-12-07')).when(reassess(1)).thenRefused('JOURNEY_ENDED');
  });

  it('is refused before the pupil’s referral', () => {
    spec(journey).when(reassess(1)).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });
});

describe('a safeguarding decision', () => {
  const decided = event('SafeguardingDecided', DAY, { ...decide });

  it('is recorded for a barrier, also after the end', () => {
    before.given(found).when(decide).then(decided);
    before.given(found, ended('2025-11-01')).when(decide).then(decided);
  });

  it('does not change the barrier', () => {
    const three = before.after(record({ severity: 3 }));
    expect(three.after(decide).now().barriers).toEqual(three.now().barriers);
    three.after(decide).when(decide).thenNothing();
  });

  it('is refused if the barrier is unknown', () => {
    before.when(decide).thenRefused('UNKNOWN_BARRIER', 'missing');
  });

  it('is refused before the pupil’s referral', () => {
    spec(journey).when(decide).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });
});

describe('the vocabulary of barriers', () => {
  it('has each kind once, and includes every kind that needs a safeguarding decision', () => {
    expect(new Set(barrierKinds).size).toBe(barrierKinds.length);
    expect([...safeguardingKinds].filter((kind) => !new Set<string>(barrierKinds).has(kind))).toEqual([]);
    expect([...safeguardingKinds]).toEqual(['EXPLOITATION_RISK', 'FAMILY_CONFLICT']);
  });

  it('marks the finder’s words as personal', () => {
    expect(slice.personal).toEqual({ BarrierFound: ['text'] });
  });
});
