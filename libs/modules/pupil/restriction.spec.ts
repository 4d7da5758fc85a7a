import { OTHER_SCHOOL, SCHOOL } from '@test/support/given';
import { DAY, known, reason, TODAY } from '@test/support/pupil/rights';
import { command, event } from '@test/support/spec';
import { CorrectPupilDetails, MoveSchool, RegisterPupil } from './identity';
import { pupil } from './pupil';
import { LiftRestriction, RestrictProcessing } from './restriction';

const ground = 'ACCURACY_CONTESTED';
const restrict = command(RestrictProcessing, { ground, on: DAY, reason });
const lift = command(LiftRestriction, { on: TODAY });
const restricted = known.after(restrict);
const details = { forename: 'Zara', surname: 'Farouk', dateOfBirth: '2013-02-15' };

describe('restricting the processing of a pupil’s data', () => {
  it('has a ground and, if given, a reason', () => {
    known.when(restrict).then(event('ProcessingRestricted', DAY, { ground, on: DAY, reason }));
    known
      .when(command(RestrictProcessing, { ground, on: DAY }))
      .then(event('ProcessingRestricted', DAY, { ground, on: DAY }));
    expect(pupil.personal.get('ProcessingRestricted')).toEqual(['reason']);
  });

  it('is published to other modules until it is lifted', () => {
    expect(known.facts()?.restricted).toBe(false);
    expect(restricted.facts()?.restricted).toBe(true);
    expect(restricted.after(lift).facts()?.restricted).toBe(false);
  });

  it('changes nothing if repeated, and is refused with another ground', () => {
    restricted.when(restrict).thenNothing();
    const otherwise = command(RestrictProcessing, { ground: 'OBJECTION_PENDING', on: DAY, reason });
    restricted.when(otherwise).thenRefused('ALREADY_RESTRICTED');
  });

  it('prevents further records, even a registration that repeats known details', () => {
    restricted
      .when(command(MoveSchool, { school: OTHER_SCHOOL, from: TODAY }))
      .thenRefused('PROCESSING_RESTRICTED');
    const upn = 'T80640122400B';
    restricted
      .when(command(RegisterPupil, { upn, ...details, school: SCHOOL, schoolFrom: '2025-09-01' }))
      .thenRefused('PROCESSING_RESTRICTED');
  });

  it('still allows corrections of contested data', () => {
    const right = { ...details, surname: 'Faruk', reason };
    restricted.when(command(CorrectPupilDetails, right)).then(event('PupilDetailsCorrected', TODAY, right));
  });
});

describe('lifting a restriction', () => {
  it('has a day and, if given, a reason', () => {
    restricted.when(lift).then(event('RestrictionLifted', TODAY, { on: TODAY }));
    restricted
      .when(command(LiftRestriction, { on: TODAY, reason }))
      .then(event('RestrictionLifted', TODAY, { on: TODAY, reason }));
  });

  it('changes nothing if repeated, and is refused if there is no restriction', () => {
    restricted.after(lift).when(lift).thenNothing();
    known.when(lift).thenRefused('NOT_RESTRICTED');
    restricted
      .after(lift)
      .when(command(LiftRestriction, { on: TODAY, reason }))
      .thenRefused('NOT_RESTRICTED');
  });
});
