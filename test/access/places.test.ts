import { randomUUID } from 'node:crypto';
import type { Grant } from '@waymark/core/access';
import { valid } from '@waymark/core/fields';
import { sourceFiles } from '@waymark/core/imports';
import { type CommandClass, Refusal } from '@waymark/core/kernel';
import { permitFor } from '@waymark/governance/access';
import { Importer } from '@waymark/modules/imports/importer';
import { allImports, rowOutcomes } from '@waymark/modules/imports/views/import-reports';
import { RecordAttendance } from '@waymark/modules/attendance';
import { CorrectSession, HoldSession, ReferPupil, ScheduleSession } from '@waymark/modules/journey';
import { AllocatePupil, AppointMentor } from '@waymark/modules/mentor';
import { AssignRole, RegisterPerson } from '@waymark/modules/people';
import { MoveSchool, RegisterPupil } from '@waymark/modules/pupil';
import { JoinProgramme } from '@waymark/modules/school/membership';
import { RegisterSchool } from '@waymark/modules/school';
import { Platform } from '@waymark/platform';
import { programme as programmeDefinition, table, upnOf } from '../imports/papers';
import { written } from '../imports/office';
import { harbourAcademy } from '../support/made-up';
import { afterwards, temporaryDirectory } from '../support/stores';
import { furnish, type Part, partOf } from './parts';

jest.setTimeout(60_000);

const TODAY = '2026-02-15';
const own = partOf(1);
const other = partOf(2);

interface Office {
  readonly platform: Platform;
  /** Send a command with some roles. Returns `recorded`, `nothing`, or the code of the refusal. */
  readonly as: <Command extends object>(
    grants: readonly Grant[],
    module: string,
    id: string,
    type: CommandClass<Command>,
    body: object,
  ) => Promise<string>;
}

/** Two furnished parts. The policies run. */
async function office(): Promise<Office> {
  const clock = { now: () => `${TODAY}T09:00:00.000Z` };
  const platform = await Platform.open({ data: temporaryDirectory(), clock });
  afterwards(() => platform.close());
  for (const part of [own, other]) await furnish(platform, part);
  await platform.settle();
  const as: Office['as'] = async (grants, module, id, type, body) => {
    const permit = permitFor(platform.look, { id: 'somebody', grants });
    try {
      const to = { module, id, command: valid(type, body), actor: 'somebody', permit };
      const { events } = await platform.submitter.submit(to);
      await platform.settle();
      return events.length > 0 ? 'recorded' : 'nothing';
    } catch (error) {
      if (error instanceof Refusal) return error.code;
      throw error;
    }
  };
  return { platform, as };
}

const lead = ({ school }: Part): readonly Grant[] => [{ role: 'school-lead', school }];
const administrator = ({ programme }: Part): readonly Grant[] => [
  { role: 'programme-administrator', programme },
];
const mentorOf = (mentor: string): readonly Grant[] => [{ role: 'mentor', mentor }];
const areaManager = ({ area }: Part): readonly Grant[] => [{ role: 'area-manager', area }];
const service: readonly Grant[] = [{ role: 'operations' }];

describe('a move', () => {
  it('of a pupil needs the right over the school that is left and over the one that is joined', async () => {
    const { as } = await office();
    const move = { school: other.school, from: '2026-01-05' };
    const moved = (grants: readonly Grant[]) => as(grants, 'pupil', own.pupil, MoveSchool, move);
    expect(await moved(lead(own))).toBe('NOT_ALLOWED');
    expect(await moved(lead(other))).toBe('NOT_ALLOWED');
    expect(await moved([...lead(own), ...lead(other)])).toBe('recorded');
  });

  it('of a school to another area or region needs the right over both', async () => {
    const { as } = await office();
    const register = (grants: readonly Grant[], changed: object) =>
      as(grants, 'school', own.school, RegisterSchool, {
        ...{ ...harbourAcademy, area: own.areaName, region: own.region },
        ...changed,
      });
    const area = { area: other.areaName };
    for (const grants of [administrator(own), administrator(other), areaManager(own), areaManager(other)])
      expect(await register(grants, area)).toBe('NOT_ALLOWED');
    expect(await register([...areaManager(own), ...areaManager(other)], area)).toBe('recorded');
    expect(await register([...areaManager(own), ...areaManager(other)], { region: other.region })).toBe(
      'NOT_ALLOWED',
    );
    expect(await register(service, { region: other.region })).toBe('recorded');
    // Details are those of the programme's school.
    expect(await register(administrator(own), { name: 'Harbour', region: other.region })).toBe('recorded');
  });

  it('of a mentor needs the right over both programmes, and a school that belongs to the programme', async () => {
    const { as } = await office();
    const appoint = (grants: readonly Grant[], id: string, at: Part, programme: Part) =>
      as(grants, 'mentor', id, AppointMentor, {
        ...{ name: 'Somebody', from: '2025-09-01' },
        ...{ school: at.school, programme: programme.programme },
      });
    // A mentor of another programme is not taken over.
    expect(await appoint(administrator(own), other.mentor, own, own)).toBe('NOT_ALLOWED');
    // A made-up mentor does not take a school into the programme.
    expect(await appoint(administrator(own), 'M-made-up', other, own)).toBe('NOT_ALLOWED');
    expect(await as(lead(other), 'school', other.school, JoinProgramme, { programme: own.programme })).toBe(
      'recorded',
    );
    expect(await appoint(administrator(own), 'M-made-up', other, own)).toBe('recorded');
    const both = [...administrator(own), ...administrator(other)];
    expect(await appoint(both, other.mentor, own, own)).toBe('MENTOR_OF_OTHER_PROGRAMME');
  });
});

describe('a pupil who has moved away', () => {
  it('is no longer referred or allocated by the former school or area', async () => {
    const { as } = await office();
    const pupil = randomUUID();
    await as(lead(own), 'pupil', pupil, RegisterPupil, {
      ...{ upn: upnOf(60), forename: 'Ada', surname: 'Osei', dateOfBirth: '2012-05-05' },
      ...{ school: own.school, schoolFrom: '2025-09-01' },
    });
    const officer: readonly Grant[] = [{ role: 'data-protection-officer' }];
    const away = { school: other.school, from: '2026-01-05' };
    for (const id of [pupil, own.pupil])
      expect(await as(officer, 'pupil', id, MoveSchool, away)).toBe('recorded');
    const refer = { pupil, programme: own.programme, school: own.school, on: '2025-09-19', yearGroup: 8 };
    expect(await as(lead(own), 'journey', randomUUID(), ReferPupil, refer)).toBe('NOT_ALLOWED');
    await as(administrator(own), 'mentor', 'M-next', AppointMentor, {
      ...{ name: 'Somebody', school: own.school, programme: own.programme, from: '2025-09-01' },
    });
    const allocate = (grants: readonly Grant[]) =>
      as(grants, 'mentor', 'M-next', AllocatePupil, { journey: own.journey, on: '2025-12-01' });
    expect(await allocate(areaManager(own))).toBe('NOT_ALLOWED');
    expect(await allocate(administrator(own))).toBe('recorded');
  });
});

describe('a fact about a day', () => {
  it('is recorded by the school of that day', async () => {
    const { as } = await office();
    await as([{ role: 'data-protection-officer' }], 'pupil', own.pupil, MoveSchool, {
      ...{ school: other.school, from: '2026-01-05' },
    });
    const record = (grants: readonly Grant[], school: string, on: string) =>
      as(grants, 'attendance', own.pupil, RecordAttendance, {
        school,
        marks: [{ on, am: '/', pm: '\\', at: '2026-02-14T16:00:00Z' }],
      });
    const [before, after] = ['2025-12-01', '2026-01-12'];
    expect(await record(lead(other), own.school, before)).toBe('NOT_ALLOWED');
    expect(await record(lead(own), other.school, after)).toBe('NOT_ALLOWED');
    expect(await record(lead(other), other.school, after)).toBe('recorded');
    expect(await record(lead(own), own.school, before)).toBe('recorded');
    // Nobody writes for both schools at once.
    const marks = [before, after].map((on) => ({ on, am: 'I', pm: 'I', at: '2026-02-15T08:00:00Z' }));
    const both = (grants: readonly Grant[]) =>
      as(grants, 'attendance', own.pupil, RecordAttendance, { school: own.school, marks });
    expect([await both(lead(own)), await both(lead(other))]).toEqual(['NOT_ALLOWED', 'NOT_ALLOWED']);
  });

  it('is recorded by the mentor of that day', async () => {
    const { as } = await office();
    await as(administrator(own), 'mentor', 'M-next', AppointMentor, {
      ...{ name: 'Somebody', school: own.school, programme: own.programme, from: '2025-09-01' },
    });
    await as(administrator(own), 'mentor', 'M-next', AllocatePupil, {
      journey: own.journey,
      on: '2025-12-01',
    });
    const hold = (mentor: string, on: string) =>
      as(mentorOf(mentor), 'journey', own.journey, HoldSession, {
        ...{ session: randomUUID(), mentor, on, minutes: 60, mode: 'IN_PERSON', place: 'SCHOOL' },
      });
    expect(await hold(own.mentor, '2025-11-10')).toBe('recorded');
    expect(await hold('M-next', '2025-11-11')).toBe('NOT_ALLOWED');
    expect(await hold('M-next', '2026-01-12')).toBe('recorded');
    expect(await hold(own.mentor, '2026-01-13')).toBe('NOT_ALLOWED');
  });

  it('names only mentors of the programme; others count as unknown', async () => {
    const { as } = await office();
    const session = randomUUID();
    const held = { session, on: '2025-11-10', minutes: 60, mode: 'IN_PERSON', place: 'SCHOOL' };
    const send = <Command extends object>(type: CommandClass<Command>, body: object) =>
      as(mentorOf(own.mentor), 'journey', own.journey, type, body);
    for (const mentor of [other.mentor, 'M-unknown']) {
      expect(await send(HoldSession, { ...held, mentor })).toBe('UNKNOWN_MENTOR');
      expect(await send(ScheduleSession, { session, on: '2025-11-10', mentor })).toBe('UNKNOWN_MENTOR');
    }
    expect(await send(HoldSession, { ...held, mentor: own.mentor })).toBe('recorded');
    for (const mentor of [other.mentor, 'M-unknown'])
      expect(await send(CorrectSession, { session, mentor, reason: 'It was a substitute.' })).toBe(
        'UNKNOWN_MENTOR',
      );
  });
});

describe('a role', () => {
  it('is given only over something that exists', async () => {
    const { as, platform } = await office();
    const id = randomUUID();
    const administrators: readonly Grant[] = [{ role: 'access-administrator' }];
    await as(administrators, 'person', id, RegisterPerson, { subject: 'somebody', name: 'Somebody' });
    const give = (role: string, over: object) =>
      as(administrators, 'person', id, AssignRole, { assignment: randomUUID(), role, from: TODAY, ...over });
    expect(await give('mentor', { mentor: 'M-unknown' })).toBe('UNKNOWN_MENTOR');
    expect(await give('school-lead', { school: '990999' })).toBe('UNKNOWN_SCHOOL');
    expect(await give('area-manager', { area: 'nowhere' })).toBe('UNKNOWN_AREA');
    expect(await give('regional-director', { region: 'Nowhere' })).toBe('UNKNOWN_REGION');
    expect(await give('evaluator', { programme: 'nothing' })).toBe('UNKNOWN_PROGRAMME');
    expect(await give('area-manager', { area: own.area })).toBe('recorded');
    expect(await platform.people.grants(id)).toEqual([{ role: 'area-manager', area: own.area }]);
  });

  it('over a mentor is given only by somebody who reaches all pupils of the mentor', async () => {
    const { as } = await office();
    // A pupil at a school in another area joins the mentor's programme and caseload.
    await as(lead(other), 'school', other.school, JoinProgramme, { programme: own.programme });
    const id = randomUUID();
    await as([{ role: 'access-administrator' }], 'person', id, RegisterPerson, {
      subject: 's',
      name: 'Somebody',
    });
    const give = (grants: readonly Grant[]) =>
      as(grants, 'person', id, AssignRole, {
        ...{ assignment: randomUUID(), role: 'mentor', mentor: own.mentor, from: TODAY },
      });
    expect(await give(areaManager(other))).toBe('NOT_ALLOWED');
    expect(await give(areaManager(own))).toBe('recorded');
  });
});

describe('a role over a mentor', () => {
  it('reaches pupils who have moved since their journey began, so its giver must reach them too', async () => {
    const { as } = await office();
    const move = { school: other.school, from: '2026-01-05' };
    await as([...lead(own), ...lead(other)], 'pupil', own.pupil, MoveSchool, move);
    const id = randomUUID();
    await as([{ role: 'access-administrator' }], 'person', id, RegisterPerson, {
      subject: 's',
      name: 'A name',
    });
    const give = (grants: readonly Grant[]) =>
      as(grants, 'person', id, AssignRole, {
        ...{ assignment: randomUUID(), role: 'mentor', mentor: own.mentor, from: TODAY },
      });
    expect(await give(areaManager(own))).toBe('NOT_ALLOWED');
    expect(await give([...areaManager(own), ...areaManager(other)])).toBe('recorded');
  });
});

describe('rows of an import', () => {
  /** Import files as a person with some roles. Returns the outcome of each row. */
  async function sent(platform: Platform, grants: readonly Grant[], files: Readonly<Record<string, string>>) {
    const id = randomUUID();
    const person = randomUUID();
    const command = valid(RegisterPerson, { subject: person, name: 'Somebody' });
    await platform.submitter.submit({ module: 'person', id: person, command, actor: 'office' });
    for (const grant of grants) {
      const role = valid(AssignRole, { assignment: randomUUID(), from: '2025-01-01', ...grant });
      await platform.submitter.submit({ module: 'person', id: person, command: role, actor: 'office' });
    }
    const paths = written(temporaryDirectory(), files);
    await new Importer(platform, id, await sourceFiles(paths), { actor: person }).run();
    const rows = await rowOutcomes(platform.events, id);
    return rows.map(({ file, from, to, outcome }) => `${file} ${String(from)}-${String(to)} ${outcome}`);
  }

  const programmeFile = ({ programme }: Part) => ({ 'programme.json': programmeJson(programme) });

  it('are judged as the commands of the person who sends them', async () => {
    const { platform } = await office();
    const mentors = table('mentors', `${other.mentor},Taken,${own.areaName},${own.school},2025-09-01`);
    expect(
      await sent(platform, administrator(own), { ...programmeFile(own), 'mentors.csv': mentors }),
    ).toEqual(['programme.json 1-1 accepted', 'mentors.csv 1-1 NOT_ALLOWED']);
    expect(await platform.submitter.facts('mentor', other.mentor)).toMatchObject({
      programme: other.programme,
    });
  });

  it('do not count pupils of others who wait for a mentor', async () => {
    const { platform, as } = await office();
    const waiting = partOf(3);
    await furnish(platform, waiting, { upTo: 'eligible' });
    const both: readonly Grant[] = [{ role: 'local-operator' }];
    const elsewhere = {
      name: 'Somebody',
      programme: waiting.programme,
      school: own.school,
      from: '2025-09-01',
    };
    expect(await as(both, 'mentor', waiting.mentor, AppointMentor, elsewhere)).toBe('recorded');
    const before = new Set<string>();
    const counted = async (grants: readonly Grant[]) => {
      await sent(platform, grants, { 'registers.csv': register(own.upn, own.school) });
      await platform.settle();
      const latest = (await allImports(platform.rows)).find(({ id }) => !before.has(id))!;
      before.add(latest.id);
      return latest.followUps!.notAllocated;
    };
    expect(await counted(administrator(own))).toEqual({});
    expect(await counted(administrator(waiting))).toEqual({ NO_MENTOR_AT_SCHOOL: 1 });
  });

  it('of people who are out of reach all have one outcome', async () => {
    const { platform } = await office();
    const known = register(other.upn, own.school);
    const files = {
      'known.csv': known,
      'unknown.csv': register(upnOf(77), own.school),
      'elsewhere.csv': register(other.upn, other.school),
    };
    expect(await sent(platform, lead(own), files)).toEqual([
      'known.csv 1-1 UNKNOWN_PUPIL',
      'unknown.csv 1-1 UNKNOWN_PUPIL',
      'elsewhere.csv 1-1 UNKNOWN_PUPIL',
    ]);
  });

  it('do not tell a birth date: the UPN of a pupil out of reach is taken, whatever the row says', async () => {
    const { platform } = await office();
    const rows = ['2013-02-15', '2013-02-16'].map((born) => referral(other.upn, born, own.school));
    const outcomes = await sent(platform, administrator(own), {
      ...programmeFile(own),
      'referrals.csv': table('referrals', ...rows),
    });
    expect(outcomes).toEqual(['programme.json 1-1 accepted', 'referrals.csv 1-2 UPN_TAKEN']);
  });

  it('that a programme may take in refer a pupil without comparing details', async () => {
    const { platform, as } = await office();
    const pupil = randomUUID();
    const registered = { upn: upnOf(50), forename: 'Ada', surname: 'Osei', dateOfBirth: '2012-05-05' };
    await as(lead(own), 'pupil', pupil, RegisterPupil, {
      ...registered,
      school: own.school,
      schoolFrom: '2025-09-01',
    });
    const outcomes = await sent(platform, administrator(own), {
      ...programmeFile(own),
      'referrals.csv': table('referrals', referral(upnOf(50), '2013-02-15', own.school)),
    });
    expect(outcomes).toEqual(['programme.json 1-1 accepted', 'referrals.csv 1-1 accepted']);
  });
});

const programmeJson = (id: string): string =>
  JSON.stringify({
    ...programmeDefinition,
    id,
    deliveryModel: { ...programmeDefinition.deliveryModel, version: 2 },
  });
const register = (upn: string, school: string): string =>
  table('registers', `${school},${upn},2025-09-10,/,\\,2025-09-10T16:00:00Z`);
const referral = (upn: string, born: string, school: string): string =>
  `${upn},Zara,Farouk,${born},8,F,${school},2025-09-19,Y,N,N,,`;
