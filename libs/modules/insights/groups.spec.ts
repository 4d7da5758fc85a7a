import { MENTOR, OTHER_MENTOR, OTHER_SCHOOL, PROGRAMME, SCHOOL } from '@test/support/given';
import { kept, rowsOf } from '@test/support/kept-rows';
import { definition, directory, mentorRow } from '@test/support/views/given';
import { everywhere } from '@waymark/core/access';
import { mentors } from '@waymark/modules/mentor/views/mentors';
import { type GroupKind, Groups } from './groups';

const nowhere = '999999';
const harbour = { area: 'blackpool', region: 'North West' };
const castle = { area: 'hastings', region: 'South East' };
const programme = PROGRAMME;

describe('the group of a member', () => {
  const groups = Groups.of(rowsOf(...directory));
  const of = async (by: GroupKind, member: Parameters<Groups['of']>[1]) => (await groups).of(by, member);

  it.each([
    ['programme', { key: PROGRAMME, name: definition.name, place: { programme } }],
    ['region', { key: 'North West', name: 'North West', place: { programme, region: 'North West' } }],
    ['area', { key: 'blackpool', name: 'Blackpool', place: { programme, ...harbour } }],
    [
      'school',
      { key: SCHOOL, name: 'Blackpool Harbour Academy', place: { programme, school: SCHOOL, ...harbour } },
    ],
    [
      'mentor',
      { key: MENTOR, name: MENTOR, place: { programme, mentor: MENTOR, school: SCHOOL, ...harbour } },
    ],
  ] as const)('is its %s, with the scope that all its members share', async (by, group) => {
    expect(await of(by, { school: SCHOOL, programme, mentor: MENTOR })).toStrictEqual(group);
  });

  it('lies in no programme if none is known', async () => {
    const member = { school: SCHOOL, mentor: MENTOR };
    expect(await of('programme', member)).toBeUndefined();
    expect((await of('region', member))?.place).toStrictEqual({ region: 'North West' });
    expect((await of('area', member))?.place).toStrictEqual(harbour);
    expect((await of('school', member))?.place).toStrictEqual({ school: SCHOOL, ...harbour });
    expect((await of('mentor', member))?.place).toStrictEqual({ mentor: MENTOR, school: SCHOOL, ...harbour });
  });

  it('is a mentor in the scope of the mentor’s school, whichever school the pupil attends', async () => {
    expect((await of('mentor', { school: SCHOOL, mentor: OTHER_MENTOR }))?.place).toStrictEqual({
      mentor: OTHER_MENTOR,
      school: OTHER_SCHOOL,
      ...castle,
    });
  });

  it('is named by its key if nothing else is known about it', async () => {
    expect(await of('programme', { school: SCHOOL, programme: 'another' })).toStrictEqual({
      key: 'another',
      name: 'another',
      place: { programme: 'another' },
    });
    expect(await of('school', { school: nowhere })).toStrictEqual({
      key: nowhere,
      name: nowhere,
      place: { school: nowhere },
    });
    expect(await of('mentor', { school: SCHOOL, mentor: 'M-1' })).toStrictEqual({
      key: 'M-1',
      name: 'M-1',
      place: { mentor: 'M-1' },
    });
  });

  it('lies in the mentor’s own area if the school is not known', async () => {
    const elsewhere = rowsOf(
      ...directory.slice(0, 2),
      kept(mentors, { [MENTOR]: { ...mentorRow, area: 'hastings', school: nowhere } }),
    );
    expect(
      (await Groups.of(elsewhere)).of('mentor', { school: SCHOOL, mentor: MENTOR })?.place,
    ).toStrictEqual({
      mentor: MENTOR,
      school: nowhere,
      area: 'hastings',
    });
  });

  it('is undefined without a mentor, or for an unknown school', async () => {
    expect(await of('mentor', { school: SCHOOL })).toBeUndefined();
    expect(await of('region', { school: nowhere })).toBeUndefined();
    expect(await of('area', { school: nowhere })).toBeUndefined();
  });

  it('is within reach of principals who may see everything', () => {
    expect(everywhere({})).toBe(true);
  });
});
