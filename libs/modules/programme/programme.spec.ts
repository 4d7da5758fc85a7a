import { model, PROGRAMME, programmeFacts } from '@test/support/given';
import { command, event, spec } from '@test/support/spec';
import { DefineProgramme, programme, type ProgrammeDefinition } from './programme';

const NAME = 'Attendance Mentoring Pilot Expansion 2025/26';
const TODAY = '2026-02-15';

const { baseline, followUp, eligibility, caseloadCap } = programmeFacts;
const deliveryModel = { ...model, phases: [...model.phases] };

const definition: ProgrammeDefinition = { ...programmeFacts, name: NAME, terms: [], closures: [] };

const define = (differing: Partial<DefineProgramme> = {}) =>
  command(DefineProgramme, {
    name: NAME,
    baseline,
    followUp,
    eligibility,
    caseloadCap,
    deliveryModel,
    ...differing,
  });

const nothing = spec(programme, { id: PROGRAMME, now: `${TODAY}T09:00:00.000Z` });
const defined = event('ProgrammeDefined', TODAY, definition);
const before = nothing.given(defined);

describe('defining a programme', () => {
  it('records the definition', () => {
    nothing.when(define()).then(defined);
    expect(nothing.facts()).toBeUndefined();
    expect(before.facts()).toMatchObject(programmeFacts);
  });

  it('keeps its terms and the days on which schools are closed', () => {
    const terms = [{ from: '2025-09-03', to: '2025-10-24' }];
    nothing
      .when(define({ terms, closures: [{ on: '2025-11-28' }] }))
      .then(event('ProgrammeDefined', TODAY, { ...definition, terms, closures: ['2025-11-28'] }));
  });

  it('changes nothing if repeated with the same definition', () => {
    before.when(define()).thenNothing();
    before.when(define({ terms: [], closures: [] })).thenNothing();
  });

  const later = { from: '2025-11-10', to: '2026-02-13' };
  it.each([
    ['name', { name: 'Renamed' }, { name: 'Renamed' }],
    ['follow-up', { followUp: later }, { followUp: later }],
    ['caseload cap', { caseloadCap: 20 }, { caseloadCap: 20 }],
    ['closures', { closures: [{ on: '2025-11-28' }] }, { closures: ['2025-11-28'] }],
  ])('revises the %s if repeated', (_, differing, wanted) => {
    before.when(define(differing)).then(event('ProgrammeRevised', TODAY, { ...definition, ...wanted }));
    before.after(define(differing)).when(define(differing)).thenNothing();
  });

  it('can raise the version of the delivery model', () => {
    const second = { ...deliveryModel, version: 2, sessionsPerPhase: 4 };
    before
      .when(define({ deliveryModel: second }))
      .then(event('ProgrammeRevised', TODAY, { ...definition, deliveryModel: second }));
  });

  it.each([1, 0])('refuses a changed delivery model as version %i', (version) => {
    before
      .when(define({ deliveryModel: { ...deliveryModel, version, sessionsPerPhase: 4 } }))
      .thenRefused('DELIVERY_MODEL_VERSION_TAKEN');
  });

  it.each(['baseline', 'followUp', 'terms'])('refuses a period in %s that ends before it starts', (field) => {
    const backwards = { from: '2025-09-03', to: '2025-09-02' };
    const day = { from: '2025-09-03', to: '2025-09-03' };
    const having = (period: typeof day) => define({ [field]: field === 'terms' ? [day, period] : period });

    nothing.when(having(backwards)).thenRefused('PERIOD_ENDS_BEFORE_IT_BEGINS', 'invalid');
    expect(nothing.when(having(day)).events()).toHaveLength(1);
  });

  it('refuses an empty eligibility band', () => {
    const band = (maxAbsencePercentExclusive: number) =>
      define({ eligibility: { minAbsencePercent: 10, maxAbsencePercentExclusive } });
    nothing.when(band(9)).thenRefused('EMPTY_ELIGIBILITY_BAND', 'invalid');
    nothing.when(band(10)).thenRefused('EMPTY_ELIGIBILITY_BAND', 'invalid');
    expect(nothing.when(band(11)).events()).toHaveLength(1);
  });
});
