import { JOURNEY, MENTOR, OTHER_SCHOOL, PROGRAMME, PUPIL, SCHOOL } from '@test/support/given';
import { event } from '@test/support/spec';
import { describeView } from '@test/support/view-spec';
import { blackpool, definition, mentorRow, on } from '@test/support/views/given';
import { mentors } from '@waymark/modules/mentor/views/mentors';
import { programmes } from '@waymark/modules/programme/views/programmes';
import { pupils } from '@waymark/modules/pupil/views/pupils';
import { schools } from '@waymark/modules/school/views/schools';

describeView(programmes, { stream: ['programme', PROGRAMME] }, (spec) => {
  const defined = spec.given(event('ProgrammeDefined', on, definition));

  it('has programmes as defined or last revised', () => {
    const revised = { ...definition, caseloadCap: 20, closures: ['2025-11-28'] };
    expect(defined.rows()).toStrictEqual(new Map([[PROGRAMME, definition]]));
    expect(defined.given(event('ProgrammeRevised', on, revised)).row(PROGRAMME)).toStrictEqual(revised);
  });
});

describeView(schools, { stream: ['school', SCHOOL] }, (spec) => {
  const registered = spec.given(event('SchoolRegistered', on, { ...blackpool, predecessor: '990301' }));

  it('has schools as registered or last changed', () => {
    expect(registered.rows()).toStrictEqual(new Map([[SCHOOL, { ...blackpool, predecessor: '990301' }]]));
    const changed = { ...blackpool, name: 'Blackpool Seaview Academy' };
    expect(registered.given(event('SchoolDetailsChanged', on, changed)).row(SCHOOL)).toStrictEqual(changed);
  });
});

const { caseload: _none, ...place } = mentorRow;
const name = 'Oscar Roberts';
const appointed = event('MentorAppointed', '2025-09-01', { name, ...place });
const moved = event('MentorDetailsChanged', on, {
  name,
  ...place,
  area: 'hastings',
  school: OTHER_SCHOOL,
  from: on,
});
const taken = event('PlaceTaken', on, { journey: JOURNEY, on });
const released = event('PlaceReleased', on, { journey: JOURNEY, reason: 'ENDED' });
const reminders = { on, overdue: [{ journey: JOURNEY, session: 's', on: '2025-11-24' }], quiet: [JOURNEY] };
const reminded = event('MentorReminded', on, reminders);

describeView(mentors, { stream: ['mentor', MENTOR] }, (spec) => {
  const there = spec.given(appointed);

  it('has mentors with their places of work but without names', () => {
    expect(there.rows()).toStrictEqual(new Map([[MENTOR, mentorRow]]));
    expect(there.given(moved).row(MENTOR)).toStrictEqual({
      ...mentorRow,
      area: 'hastings',
      school: OTHER_SCHOOL,
      from: on,
    });
    expect(spec.given(moved).row(MENTOR)).toMatchObject({ area: 'hastings', caseload: 0 });
  });

  it('counts the places taken', () => {
    expect(there.given(taken, taken).row(MENTOR)).toStrictEqual({ ...mentorRow, caseload: 2 });
    expect(there.given(taken, taken, taken, released).row(MENTOR)).toStrictEqual({
      ...mentorRow,
      caseload: 2,
    });
  });

  it('has the latest reminder', () => {
    const nothing = event('MentorReminded', '2025-12-02', { on: '2025-12-02', overdue: [], quiet: [] });
    expect(there.given(reminded).row(MENTOR)).toStrictEqual({ ...mentorRow, reminded: reminders });
    expect(there.given(reminded, nothing).row(MENTOR)).toStrictEqual({
      ...mentorRow,
      reminded: nothing.data,
    });
  });

  it('keeps places and reminder when a mentor’s details change', () => {
    expect(there.given(taken, reminded, moved).row(MENTOR)).toStrictEqual({
      ...mentorRow,
      area: 'hastings',
      school: OTHER_SCHOOL,
      from: on,
      caseload: 1,
      reminded: reminders,
    });
  });

  it.each([taken, released, reminded])('has no row if $type precedes the appointment', (early) => {
    expect(spec.given(early).rows()).toEqual(new Map());
  });

  it('is read without names from an earlier version that has them', () => {
    expect(mentors.version).toBe(2);
    expect(mentors.former.map(({ view: { name, version, indexes } }) => [name, version, indexes])).toEqual([
      ['mentors', 1, ['school']],
    ]);
    expect(mentors.former[0]!.read({ ...mentorRow, name })).toStrictEqual(mentorRow);
    expect(mentors.former[0]!.view.former).toEqual([]);
  });
});

describeView(pupils, { stream: ['pupil', PUPIL], subject: PUPIL }, (spec) => {
  const registered = event('PupilRegistered', '2025-09-01', {
    upn: 'A823456789012',
    forename: 'Zara',
    surname: 'Farouk',
    dateOfBirth: '2013-02-15',
    school: SCHOOL,
    schoolFrom: '2025-09-01',
  });
  const elsewhere = event('PupilMovedSchool', on, { school: OTHER_SCHOOL, from: on });

  it('has the school of each pupil and nothing that identifies the pupil', () => {
    expect(spec.given(registered).rows()).toStrictEqual(new Map([[PUPIL, { school: SCHOOL }]]));
    expect(spec.given(registered, elsewhere).row(PUPIL)).toStrictEqual({ school: OTHER_SCHOOL });
  });

  it('has no row for a pupil who moves but was never registered', () => {
    expect(spec.given(elsewhere).rows()).toEqual(new Map());
  });

  it('is read without names from an earlier version that has them', () => {
    expect(pupils.version).toBe(2);
    expect(pupils.former.map(({ view: { name, version, indexes } }) => [name, version, indexes])).toEqual([
      ['pupils', 1, []],
    ]);
    expect(pupils.former[0]!.read({ school: SCHOOL, forename: 'Zara', upn: 'A823456789012' })).toStrictEqual({
      school: SCHOOL,
    });
  });
});
