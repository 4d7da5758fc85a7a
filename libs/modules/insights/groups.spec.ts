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

describe('the group that something belongs to', () => {
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
  ] as const)('is its %s, in the place where all of that is', async (by, group) => {
    expect(await of(by, { school: SCHOOL, programme, mentor: MENTOR })).toStrictEqual(group);
  });

  it('is in no programme where none is known', async () => {
    const member = { school: SCHOOL, mentor: MENTOR };
    expect(await of('programme', member)).toBeUndefined();
    expect((await of('region', member))?.place).toStrictEqual({ region: 'North West' });
    expect((await of('area', member))?.place).toStrictEqual(harbour);
    expect((await of('school', member))?.place).toStrictEqual({ school: SCHOOL, ...harbour });
    expect((await of('mentor', member))?.place).toStrictEqual({ mentor: MENTOR, school: SCHOOL, ...harbour });
  });

  it('is a mentor where the mentor works, whichever school the pupil is at', async () => {
    expect((await of('mentor', { school: SCHOOL, mentor: OTHER_MENTOR }))?.place).toStrictEqual({
      mentor: OTHER_MENTOR,
      school: OTHER_SCHOOL,
      ...castle,
    });
  });

  it('goes by its key where nothing else is known of it', async () => {
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

  it('is in the mentor’s own area where the school is not known', async () => {
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

  it('is none where there is no mentor, and none for a school that is not known', async () => {
    expect(await of('mentor', { school: SCHOOL })).toBeUndefined();
    expect(await of('region', { school: nowhere })).toBeUndefined();
    expect(await of('area', { school: nowhere })).toBeUndefined();
  });

  it('may be seen by those who may see everything', () => {
    expect(everywhere({})).toBe(true);
  });
});
