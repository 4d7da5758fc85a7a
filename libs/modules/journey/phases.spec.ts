import { mentored, mentorFacts } from '@test/support/given';
import { advanced, ended, held, holding, holdingUpTo, id } from '@test/support/journey/given';
import { command, event, spec } from '@test/support/spec';
import { journey } from './journey';
import { AdvancePhase, RecordPhaseOutcome } from './phases';
import { VoidSession } from './sessions';

const DAY = '2025-11-24';

const advance = (to: number, differing: Partial<AdvancePhase> = {}) =>
  command(AdvancePhase, { to, on: DAY, ...differing });

const before = spec(journey)
  .given(...mentored)
  .with({ mentor: mentorFacts });
const one = before.given(held(1));

describe('advancing the phase', () => {
  it('moves to the next phase, once a session was held in the current one', () => {
    one.when(advance(2)).then(advanced(2, DAY));
    expect(one.after(advance(2)).now().phase).toBe(2);
  });

  it('can include the outcome of the previous phase', () => {
    one
      .when(advance(2, { outcome: 'PARTLY' }))
      .then(event('PhaseOutcomeRecorded', DAY, { phase: 1, outcome: 'PARTLY', on: DAY }), advanced(2, DAY));
  });

  it('changes nothing if it was already advanced with the same data', () => {
    const advanced = advance(2, { outcome: 'PARTLY' });
    one.after(advanced).when(advanced).thenNothing();
    one.after(advanced).when(advance(2)).thenNothing();
    before
      .after(...holdingUpTo(4))
      .when(advance(2, { on: '2025-11-24' }))
      .thenNothing();
  });

  it('is refused if the phase was reached on another day or with another outcome', () => {
    const third = before.after(...holdingUpTo(7));
    third.when(advance(3)).thenRefused('PHASE_ALREADY_REACHED');
    third.when(advance(2, { outcome: 'ACHIEVED' })).thenRefused('PHASE_ALREADY_REACHED');
    one
      .after(advance(2))
      .when(advance(2, { outcome: 'ACHIEVED' }))
      .thenRefused('PHASE_ALREADY_REACHED');
  });

  it('is refused if it would skip a phase', () => {
    one.when(advance(3)).thenRefused('PHASE_SKIPPED');
  });

  it('is refused if the delivery model has no such phase', () => {
    before
      .after(...holdingUpTo(10))
      .when(advance(5))
      .thenRefused('UNKNOWN_PHASE', 'invalid');
  });

  it('is refused if no session was held in the current phase', () => {
    before.when(advance(2)).thenRefused('PHASE_WITHOUT_SESSION');
    one.after(advance(2)).when(advance(3)).thenRefused('PHASE_WITHOUT_SESSION');
    one
      .after(command(VoidSession, { session: id(1), reason: 'Another pupil’s.' }))
      .when(advance(2))
      .thenRefused('PHASE_WITHOUT_SESSION');
  });

  it('can be recorded after the end, for a day up to the end', () => {
    one.given(ended(DAY)).when(advance(2)).then(advanced(2, DAY));
    one.given(ended('2025-11-23')).when(advance(2)).thenRefused('JOURNEY_ENDED');
  });

  it('is refused before the pupil’s referral', () => {
    spec(journey).when(advance(2)).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });

  it('can also be done by a session of the next phase', () => {
    one
      .after(advance(2))
      .when(holding(4, { on: DAY }))
      .then(held(4, { on: DAY }));
  });
});

describe('recording the outcome of a phase', () => {
  const record = (phase: number) => command(RecordPhaseOutcome, { phase, outcome: 'ACHIEVED', on: DAY });
  const recorded = (phase: number) =>
    event('PhaseOutcomeRecorded', DAY, { phase, outcome: 'ACHIEVED', on: DAY });
  const second = before.after(...holdingUpTo(4));

  it('is possible for the current phase and earlier ones', () => {
    second.when(record(2)).then(recorded(2));
    second.when(record(1)).then(recorded(1));
  });

  it('changes nothing if repeated, and can change the outcome', () => {
    const recorded = second.after(record(1));
    recorded.when(record(1)).thenNothing();
    const not = command(RecordPhaseOutcome, { phase: 1, outcome: 'NOT', on: DAY });
    recorded.when(not).then(event('PhaseOutcomeRecorded', DAY, { phase: 1, outcome: 'NOT', on: DAY }));
  });

  it('is possible after the end', () => {
    second.given(ended('2025-11-01')).when(record(2)).then(recorded(2));
  });

  it('is refused for a phase not reached yet', () => {
    second.when(record(3)).thenRefused('PHASE_NOT_REACHED');
    second.when(record(4)).thenRefused('PHASE_SKIPPED');
    before
      .after(...holdingUpTo(10))
      .when(record(5))
      .thenRefused('UNKNOWN_PHASE', 'invalid');
  });

  it('is refused before the pupil’s referral', () => {
    spec(journey).when(record(1)).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });
});
