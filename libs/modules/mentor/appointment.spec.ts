import {
  JOURNEY,
  MENTOR,
  OTHER_SCHOOL,
  PROGRAMME,
  programmeFacts,
  SCHOOL,
  schoolFacts,
} from '@test/support/given';
import { command, event, spec } from '@test/support/spec';
import { AppointMentor } from './appointment';
import { mentor } from './mentor';

const appoint = (differing: Partial<AppointMentor> = {}) =>
  command(AppointMentor, {
    name: 'Oscar Roberts',
    programme: PROGRAMME,
    school: SCHOOL,
    from: '2025-09-01',
    ...differing,
  });

const appointment = {
  name: 'Oscar Roberts',
  programme: PROGRAMME,
  area: 'blackpool',
  school: SCHOOL,
  from: '2025-09-01',
};
const appointed = event('MentorAppointed', '2025-09-01', appointment);

const nothing = spec(mentor, { id: MENTOR }).with({ programme: programmeFacts, school: schoolFacts });
const before = nothing.given(appointed);

describe('appointing a mentor', () => {
  it('takes effect on the day of the appointment, in the school’s area', () => {
    nothing.when(appoint()).then(appointed);
    expect(before.facts()).toMatchObject({ area: 'blackpool', school: SCHOOL });
  });

  it('changes nothing if repeated with the same details, in any order of the stored fields', () => {
    before.when(appoint()).thenNothing();
    const { name, ...rest } = appointment;
    nothing
      .given(event('MentorAppointed', '2025-09-01', { ...rest, name }))
      .when(appoint())
      .thenNothing();
  });

  it.each([
    ['name', { name: 'Oscar Roberts-Gray' }],
    ['programme', { programme: 'ampe-2026-11' }],
    ['school', { school: OTHER_SCHOOL }],
    ['first day', { from: '2025-09-08' }],
  ])('changes the %s if repeated', (_, differing) => {
    const changed = { ...appointment, ...differing };
    before.when(appoint(differing)).then(event('MentorDetailsChanged', changed.from, changed));
    before.after(appoint(differing)).when(appoint(differing)).thenNothing();
  });

  it('keeps the programme once the mentor has had pupils, because rights over them follow it', () => {
    const taken = event('PlaceTaken', '2025-10-27', { journey: JOURNEY, on: '2025-10-27' });
    const released = event('PlaceReleased', '2026-01-30', { journey: JOURNEY, reason: 'ENDED' });
    const elsewhere = appoint({ programme: 'ampe-2026-11' });
    before.given(taken, released).when(elsewhere).thenRefused('MENTOR_OF_OTHER_PROGRAMME');
    expect(before.after(elsewhere).facts()).toMatchObject({ programmes: [PROGRAMME, 'ampe-2026-11'] });
  });

  it('records the school’s new area if repeated', () => {
    before
      .with({ school: { area: 'norwich' } })
      .when(appoint())
      .then(event('MentorDetailsChanged', '2025-09-01', { ...appointment, area: 'norwich' }));
  });

  it('is refused if the programme or the school is unknown', () => {
    const only = (known: string, fact: object) => (asked: string) => (asked === known ? fact : undefined);
    const known = nothing.with({
      programme: only(PROGRAMME, programmeFacts),
      school: only(SCHOOL, schoolFacts),
    });
    known.when(appoint()).then(appointed);
    known.when(appoint({ programme: 'another' })).thenRefused('UNKNOWN_PROGRAMME', 'invalid');
    known.when(appoint({ school: OTHER_SCHOOL })).thenRefused('UNKNOWN_SCHOOL', 'invalid');
  });
});

describe('a mentor', () => {
  it('is unknown before the appointment', () => {
    expect(nothing.facts()).toBeUndefined();
  });

  it('is the subject of the personal data in these events', () => {
    expect(mentor.subject?.(before.now() as never, MENTOR)).toBe(MENTOR);
    expect(mentor.personal.get('MentorAppointed')).toEqual(['name']);
  });
});
