import type { Role } from '@waymark/core/kernel';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { valid } from '@waymark/core/fields';
import { byToken, signedBy, signToken } from '@waymark/governance/access';
import { AssignRole, RegisterPerson } from '@waymark/modules/people';
import { localTokenKey, Platform } from '@waymark/platform';
import { createApp } from '../../apps/api/app.module';
import { furnish, overIn, partOf } from './parts';

/** One part is within the roles' scope, the other is not. */
export const own = partOf(1, { region: 'North West', areaName: 'Blackpool', upn: 'H801200001001' });
export const other = partOf(2, {
  ...{ region: 'South East', areaName: 'Hastings', upn: 'C888412524007' },
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
  // Each part has one pupil. That small numbers are suppressed is tested elsewhere.
  const disclosure = { smallBelow: 1, leastPossible: 1 };
  const platform = await Platform.open({ data, work: furnished === undefined, disclosure });
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
