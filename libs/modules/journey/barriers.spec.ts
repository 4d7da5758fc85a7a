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
  it('needs neither a severity nor a text', () => {
    before.when(record()).then(found);
  });

  it('keeps the severity, none included, and the finder’s words', () => {
    const said = { severity: 0, text: 'The bus does not run any more.', by: 'PARENT' } as const;
    before.when(record(said)).then(event('BarrierFound', DAY, { ...found.data, ...said }));
  });

  it.each(barrierKinds)('may be %s', (kind) => {
    before
      .when(record({ kind, text: 'In other words.' }))
      .then(event('BarrierFound', DAY, { ...found.data, kind, text: 'In other words.' }));
  });

  it('changes nothing where it is recorded already', () => {
    before.given(found).when(record()).thenNothing();
    before.given(found).after(reassess(2)).when(record()).thenNothing();
  });

  it.each([
    ['kind', { kind: 'BULLYING' }],
    ['severity', { severity: 2 }],
    ['text', { text: 'In other words.' }],
    ['finder', { by: 'PARENT' }],
    ['day', { on: '2025-11-04' }],
  ] as const)('is refused where another %s is recorded under the id', (_, differing) => {
    before.given(found).when(record(differing)).thenRefused('BARRIER_ALREADY_RECORDED');
  });

  it('is refused where it is none of the kinds and says nothing more', () => {
    before.when(record({ kind: 'OTHER' })).thenRefused('TEXT_NEEDED', 'invalid');
  });

  it('may be recorded after the end, of a day up to it', () => {
    before.given(ended(DAY)).when(record()).then(found);
    before.given(ended('2025-11-02')).when(record()).thenRefused('JOURNEY_ENDED');
  });

  it('is refused before the pupil was referred', () => {
    spec(journey).when(record()).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });
});

describe('reassessing a barrier', () => {
  const reassessed = (severity: number, on = '2025-12-08') =>
    event('BarrierReassessed', on, { barrier: id(1), severity, on });

  it('judges one that nobody had judged', () => {
    before.given(found).when(reassess(0)).then(reassessed(0));
  });

  it('judges it anew, and back', () => {
    const three = before.after(record({ severity: 3 }));
    three.when(reassess(1)).then(reassessed(1));
    three.after(reassess(1)).when(reassess(3, '2025-12-15')).then(reassessed(3, '2025-12-15'));
  });

  it('changes nothing where it was judged so that day, and is news on another', () => {
    const one = before.after(record({ severity: 1 }));
    one.when(reassess(1, DAY)).thenNothing();
    one.when(reassess(1)).then(reassessed(1));
    before.given(found, reassessed(1)).when(reassess(1)).thenNothing();
  });

  it('is refused where the barrier is unknown', () => {
    before.when(reassess(1)).thenRefused('UNKNOWN_BARRIER', 'missing');
  });

  it('may be recorded after the end, of a day up to it', () => {
    before.given(found, ended('2025-12-08')).when(reassess(1)).then(reassessed(1));
    before.given(found, ended('2025-12-07')).when(reassess(1)).thenRefused('JOURNEY_ENDED');
  });

  it('is refused before the pupil was referred', () => {
    spec(journey).when(reassess(1)).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });
});

describe('a safeguarding decision', () => {
  const decided = event('SafeguardingDecided', DAY, { ...decide });

  it('is recorded of a barrier, after the end too', () => {
    before.given(found).when(decide).then(decided);
    before.given(found, ended('2025-11-01')).when(decide).then(decided);
  });

  it('leaves the barrier as it is', () => {
    const three = before.after(record({ severity: 3 }));
    expect(three.after(decide).now().barriers).toEqual(three.now().barriers);
    three.after(decide).when(decide).thenNothing();
  });

  it('is refused where the barrier is unknown', () => {
    before.when(decide).thenRefused('UNKNOWN_BARRIER', 'missing');
  });

  it('is refused before the pupil was referred', () => {
    spec(journey).when(decide).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });
});

describe('the vocabulary of barriers', () => {
  it('names each kind once, and every kind that asks for a safeguarding decision', () => {
    expect(new Set(barrierKinds).size).toBe(barrierKinds.length);
    expect([...safeguardingKinds].filter((kind) => !barrierKinds.includes(kind))).toEqual([]);
    expect([...safeguardingKinds]).toEqual(['EXPLOITATION_RISK', 'FAMILY_CONFLICT']);
  });

  it('keeps the finder’s words personal', () => {
    expect(slice.personal).toEqual({ BarrierFound: ['text'] });
  });
});
