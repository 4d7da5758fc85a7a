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
  it('goes on to the next, once a session was held in this one', () => {
    one.when(advance(2)).then(advanced(2, DAY));
    expect(one.after(advance(2)).now().phase).toBe(2);
  });

  it('may say what the phase before came to', () => {
    one
      .when(advance(2, { outcome: 'PARTLY' }))
      .then(event('PhaseOutcomeRecorded', DAY, { phase: 1, outcome: 'PARTLY', on: DAY }), advanced(2, DAY));
  });

  it('changes nothing where it went on just so', () => {
    const said = advance(2, { outcome: 'PARTLY' });
    one.after(said).when(said).thenNothing();
    one.after(said).when(advance(2)).thenNothing();
    before
      .after(...holdingUpTo(4))
      .when(advance(2, { on: '2025-11-24' }))
      .thenNothing();
  });

  it('is refused where the journey came there on another day, or with another outcome', () => {
    const third = before.after(...holdingUpTo(7));
    third.when(advance(3)).thenRefused('PHASE_ALREADY_REACHED');
    third.when(advance(2, { outcome: 'ACHIEVED' })).thenRefused('PHASE_ALREADY_REACHED');
    one
      .after(advance(2))
      .when(advance(2, { outcome: 'ACHIEVED' }))
      .thenRefused('PHASE_ALREADY_REACHED');
  });

  it('is refused where a phase would be skipped', () => {
    one.when(advance(3)).thenRefused('PHASE_SKIPPED');
  });

  it('is refused where the delivery model has no such phase', () => {
    before
      .after(...holdingUpTo(10))
      .when(advance(5))
      .thenRefused('UNKNOWN_PHASE', 'invalid');
  });

  it('is refused where no session was held in this phase', () => {
    before.when(advance(2)).thenRefused('PHASE_WITHOUT_SESSION');
    one.after(advance(2)).when(advance(3)).thenRefused('PHASE_WITHOUT_SESSION');
    one
      .after(command(VoidSession, { session: id(1), reason: 'Another pupil’s.' }))
      .when(advance(2))
      .thenRefused('PHASE_WITHOUT_SESSION');
  });

  it('may be recorded after the end, of a day up to it', () => {
    one.given(ended(DAY)).when(advance(2)).then(advanced(2, DAY));
    one.given(ended('2025-11-23')).when(advance(2)).thenRefused('JOURNEY_ENDED');
  });

  it('is refused before the pupil was referred', () => {
    spec(journey).when(advance(2)).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });

  it('leaves it to the sessions of the next phase, too', () => {
    one
      .after(advance(2))
      .when(holding(4, { on: DAY }))
      .then(held(4, { on: DAY }));
  });
});

describe('recording what a phase came to', () => {
  const record = (phase: number) => command(RecordPhaseOutcome, { phase, outcome: 'ACHIEVED', on: DAY });
  const recorded = (phase: number) =>
    event('PhaseOutcomeRecorded', DAY, { phase, outcome: 'ACHIEVED', on: DAY });
  const second = before.after(...holdingUpTo(4));

  it('is of the phase that the journey is in, or an earlier one', () => {
    second.when(record(2)).then(recorded(2));
    second.when(record(1)).then(recorded(1));
  });

  it('again changes nothing, and may be another', () => {
    const said = second.after(record(1));
    said.when(record(1)).thenNothing();
    const not = command(RecordPhaseOutcome, { phase: 1, outcome: 'NOT', on: DAY });
    said.when(not).then(event('PhaseOutcomeRecorded', DAY, { phase: 1, outcome: 'NOT', on: DAY }));
  });

  it('may come after the end', () => {
    second.given(ended('2025-11-01')).when(record(2)).then(recorded(2));
  });

  it('is refused of a phase not reached', () => {
    second.when(record(3)).thenRefused('PHASE_NOT_REACHED');
    second.when(record(4)).thenRefused('PHASE_SKIPPED');
    before
      .after(...holdingUpTo(10))
      .when(record(5))
      .thenRefused('UNKNOWN_PHASE', 'invalid');
  });

  it('is refused before the pupil was referred', () => {
    spec(journey).when(record(1)).thenRefused('UNKNOWN_JOURNEY', 'missing');
  });
});
