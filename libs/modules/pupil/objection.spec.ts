import { DAY, known, reason, TODAY } from '@test/support/pupil/rights';
import { command, event } from '@test/support/spec';
import type { ObjectionScope } from '@waymark/core/privacy';
import { DecideObjection, RaiseObjection } from './objection';
import { pupil } from './pupil';

const raise = (scope: ObjectionScope = 'RESEARCH') => command(RaiseObjection, { scope, on: DAY });
const decide = (outcome: DecideObjection['outcome'], scope: ObjectionScope = 'RESEARCH') =>
  command(DecideObjection, { scope, outcome, on: TODAY, reason });
const raised = known.after(raise());

describe('an objection', () => {
  it('is raised with a scope and, if given, a reason', () => {
    known.when(raise()).then(event('ObjectionRaised', DAY, { scope: 'RESEARCH', on: DAY }));
    known
      .when(command(RaiseObjection, { scope: 'MENTORING', on: DAY, reason }))
      .then(event('ObjectionRaised', DAY, { scope: 'MENTORING', on: DAY, reason }));
    expect(pupil.personal.get('ObjectionRaised')).toEqual(['reason']);
  });

  it.each([
    ['not raised', known, []],
    ['raised', raised, ['RESEARCH']],
    ['upheld', raised.after(decide('UPHELD')), ['RESEARCH']],
    ['overridden', raised.after(decide('OVERRIDDEN')), []],
    ['raised again', raised.after(decide('OVERRIDDEN'), raise()), ['RESEARCH']],
    ['overridden after it was upheld', raised.after(decide('UPHELD'), decide('OVERRIDDEN')), []],
    ['one of two', raised.after(raise('MENTORING'), decide('OVERRIDDEN')), ['MENTORING']],
  ])('is in force as expected when it is %s', (_, stands, scopes) => {
    expect(stands.facts()?.objectsTo).toEqual(scopes);
  });

  it('is decided with a reason', () => {
    raised
      .when(decide('UPHELD'))
      .then(event('ObjectionDecided', TODAY, { scope: 'RESEARCH', outcome: 'UPHELD', on: TODAY, reason }));
  });

  it('changes nothing if the objection or the decision is repeated', () => {
    raised.when(raise()).thenNothing();
    raised.after(decide('UPHELD')).when(raise()).thenNothing();
    raised.after(decide('UPHELD')).when(decide('UPHELD')).thenNothing();
  });

  it('cannot be raised or decided again in the same way on another day', () => {
    raised
      .when(command(RaiseObjection, { scope: 'RESEARCH', on: TODAY }))
      .thenRefused('OBJECTION_ALREADY_RAISED');
    raised
      .after(decide('UPHELD'))
      .when(command(DecideObjection, { scope: 'RESEARCH', outcome: 'UPHELD', on: DAY, reason }))
      .thenRefused('OBJECTION_ALREADY_DECIDED');
  });

  it('cannot be decided if it was not raised', () => {
    raised.when(decide('UPHELD', 'MENTORING')).thenRefused('NO_OBJECTION');
  });
});
