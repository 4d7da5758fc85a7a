import { OTHER_SCHOOL, SCHOOL } from '@test/support/given';
import { harbourAcademy } from '@test/support/made-up';
import { command, event, spec } from '@test/support/spec';
import { areaId, RegisterSchool, school } from './school';

const TODAY = '2026-02-15';

const { area: _area, ...fields } = harbourAcademy;
const register = (differing: Partial<RegisterSchool> = {}) =>
  command(RegisterSchool, { ...fields, area: 'West Somerset', ...differing });
const details = { ...fields, area: 'west-somerset', areaName: 'West Somerset' };
const registered = event('SchoolRegistered', TODAY, details);

const nothing = spec(school, { id: SCHOOL, now: `${TODAY}T09:00:00.000Z` });
const before = nothing.given(registered);

describe('registering a school', () => {
  it('records its details, with the area’s id and name', () => {
    nothing.when(register()).then(registered);
    expect(nothing.facts()).toBeUndefined();
    expect(before.facts()).toMatchObject({ area: 'west-somerset' });
  });

  it('keeps the school that it was before it became an academy', () => {
    nothing
      .when(register({ predecessor: OTHER_SCHOOL }))
      .then(event('SchoolRegistered', TODAY, { ...details, predecessor: OTHER_SCHOOL }));
  });

  it('refuses a school as its own predecessor, and repeats what an earlier log holds', () => {
    const itself = register({ predecessor: SCHOOL });
    nothing.when(itself).thenRefused('OWN_PREDECESSOR', 'invalid');
    before.when(itself).thenRefused('OWN_PREDECESSOR', 'invalid');
    nothing
      .given(event('SchoolRegistered', TODAY, { ...details, predecessor: SCHOOL }))
      .when(itself)
      .thenNothing();
  });

  it('keeps codes as text', () => {
    nothing.when(register({ localAuthorityCode: '091', establishmentNumber: '0044' })).then(
      event('SchoolRegistered', TODAY, {
        ...details,
        localAuthorityCode: '091',
        establishmentNumber: '0044',
      }),
    );
  });

  it('changes nothing if repeated with the same details, in any order of the stored fields', () => {
    before.when(register()).thenNothing();
    const { name, ...rest } = details;
    nothing
      .given(event('SchoolRegistered', TODAY, { ...rest, name }))
      .when(register())
      .thenNothing();
  });

  it('changes the details if repeated with others', () => {
    const changed = { ...details, status: 'Closed', area: 'norwich', areaName: 'Norwich' };
    before
      .when(register({ status: 'Closed', area: 'Norwich' }))
      .then(event('SchoolDetailsChanged', TODAY, changed));
    expect(before.after(register({ area: 'Norwich' })).facts()).toMatchObject({ area: 'norwich' });
  });
});

describe('an area’s id', () => {
  it.each([
    ['Hastings', 'hastings'],
    ['West Somerset', 'west-somerset'],
    ['  St. Helens & Knowsley ', 'st-helens-knowsley'],
  ])('of %s is %s', (name, id) => {
    expect(areaId(name)).toBe(id);
  });
});
