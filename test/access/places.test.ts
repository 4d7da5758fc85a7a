import { randomUUID } from 'node:crypto';
import type { Grant } from '@waymark/core/access';
import { type CommandClass } from '@waymark/core/kernel';
import { RecordAttendance } from '@waymark/modules/attendance';
import { CorrectSession, HoldSession, ReferPupil, ScheduleSession } from '@waymark/modules/journey';
import { AllocatePupil, AppointMentor } from '@waymark/modules/mentor';
import { AssignRole, RegisterPerson } from '@waymark/modules/people';
import { MoveSchool, RegisterPupil } from '@waymark/modules/pupil';
import { JoinProgramme } from '@waymark/modules/school/membership';
import { RegisterSchool } from '@waymark/modules/school';
import { upnOf } from '../imports/papers';
import { harbourAcademy } from '../support/made-up';
import { type Part } from './parts';

import {
  TODAY,
  own,
  other,
  office,
  lead,
  administrator,
  mentorOf,
  areaManager,
  service,
} from './places-office';

jest.setTimeout(60_000);

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
