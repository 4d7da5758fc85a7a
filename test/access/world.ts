import type { Scope, Role } from '@waymark/core/kernel';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { scopeKindOf } from '@waymark/core/access';
import { valid } from '@waymark/core/fields';
import { byToken, signedBy, signToken } from '@waymark/governance/access';
import { RecordAttendance } from '@waymark/modules/attendance';
import { AssessEligibility, GiveConsent, ReferPupil } from '@waymark/modules/journey';
import { AllocatePupil, AppointMentor } from '@waymark/modules/mentor';
import { AssignRole, RegisterPerson } from '@waymark/modules/people';
import { DefineProgramme } from '@waymark/modules/programme';
import { RegisterPupil } from '@waymark/modules/pupil';
import { areaId, RegisterSchool } from '@waymark/modules/school';
import { localTokenKey, Platform } from '@waymark/platform';
import { createApp } from '../../apps/api/app.module';
import { marks, programme } from '../api/client';
import { harbourAcademy } from '../support/made-up';

/**
 * One region with its area, school, programme, mentor and pupil. One part is within the roles' scope, the other is
 * not.
 */
export interface Part {
  readonly region: string;
  readonly area: string;
  readonly areaName: string;
  readonly school: string;
  readonly programme: string;
  readonly mentor: string;
  readonly pupil: string;
  readonly journey: string;
  readonly upn: string;
  readonly forename: string;
  readonly surname: string;
  readonly dateOfBirth: string;
}

const part = (n: number, region: string, areaName: string, upn: string, rest: Partial<Part>): Part => ({
  ...{ region, areaName, area: areaId(areaName), upn },
  school: `99040${String(n)}`,
  programme: `programme-${String(n)}`,
  mentor: `M-${String(n)}`,
  pupil: `0b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b1${String(n)}`,
  journey: `3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b1${String(n)}`,
  forename: 'Zara',
  surname: 'Farouk',
  dateOfBirth: '2013-02-15',
  ...rest,
});

export const own = part(1, 'North West', 'Blackpool', 'H801200001001', {});
export const other = part(2, 'South East', 'Hastings', 'C888412524007', {
  ...{ forename: 'Wilhelmina-Perpetua', surname: 'Featherstonehaugh-Cholmondeley' },
  dateOfBirth: '2012-11-29',
});

export interface World {
  /** Path of the data folder. */
  readonly data: string;
  readonly platform: Platform;
  readonly url: string;
  /** The lines written to the log. */
  readonly logged: string[];
  /** Request headers of a person with the role over the first part. */
  readonly headersOf: (role: Role) => Promise<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** Two unrelated parts, served as in production, with tokens, roles and rights. */
export async function world({ furnished }: { readonly furnished?: string } = {}): Promise<World> {
  const data = furnished ?? mkdtempSync(join(tmpdir(), 'waymark-world-'));
  const platform = await Platform.open({ data, work: furnished === undefined });
  if (furnished === undefined) {
    await platform.work();
    for (const each of [own, other]) await furnish(platform, each);
    await platform.settle();
  }
  const logged: string[] = [];
  const key = localTokenKey(data);
  const app = await createApp({
    platform,
    identify: byToken(signedBy(key), platform.people),
    log: pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }),
  });
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as { port: number };
  const given = new Map<Role, Promise<string>>();
  return {
    ...{ data, platform, logged, url: `http://127.0.0.1:${String(port)}` },
    headersOf: async (role) => {
      if (!given.has(role))
        given.set(
          role,
          person(platform, role).then((who) => signToken(key, who, 3_600)),
        );
      return { authorization: `Bearer ${(await given.get(role))!}` };
    },
    close: async () => {
      await app.close();
      await platform.close();
      rmSync(data, { recursive: true });
    },
  };
}

/** The scope of a role within a part. */
export const overIn = (where: Part, role: Role): Scope => {
  const scope = scopeKindOf[role];
  return scope === undefined ? {} : { [scope]: where[scope] };
};

/** Register a person with a role over the first part. Returns the token subject. */
async function person(platform: Platform, role: Role): Promise<string> {
  const [id, subject] = [randomUUID(), `${role}-1`];
  const send = sending(platform, 'access-administrator');
  await send('person', id, valid(RegisterPerson, { subject, name: `Some ${role}` }));
  const given = { assignment: randomUUID(), role, ...overIn(own, role), from: '2025-01-01' };
  await send('person', id, valid(AssignRole, given));
  return subject;
}

const sending =
  ({ submitter }: Platform, actor: string) =>
  (module: string, id: string, command: object) =>
    submitter.submit({ module, id, command, actor });

async function furnish(platform: Platform, at: Part): Promise<void> {
  const send = sending(platform, 'office');
  await send('programme', at.programme, valid(DefineProgramme, programme));
  const school = { ...harbourAcademy, region: at.region, area: at.areaName };
  await send('school', at.school, valid(RegisterSchool, school));
  const { forename, surname, upn, dateOfBirth } = at;
  const details = { upn, forename, surname, dateOfBirth, school: at.school, schoolFrom: '2025-09-01' };
  await send('pupil', at.pupil, valid(RegisterPupil, details));
  const appointed = {
    name: `Mentor of ${at.areaName}`,
    programme: at.programme,
    school: at.school,
    from: '2025-09-01',
  };
  await send('mentor', at.mentor, valid(AppointMentor, appointed));
  const referred = {
    pupil: at.pupil,
    programme: at.programme,
    school: at.school,
    on: '2025-09-19',
    yearGroup: 8,
  };
  await send('journey', at.journey, valid(ReferPupil, referred));
  await send('journey', at.journey, valid(GiveConsent, { on: '2025-10-13', by: 'PARENT' }));
  await send('attendance', at.pupil, valid(RecordAttendance, { school: at.school, marks }));
  await send('journey', at.journey, valid(AssessEligibility, {}));
  await send('mentor', at.mentor, valid(AllocatePupil, { journey: at.journey, on: '2025-10-27' }));
}
