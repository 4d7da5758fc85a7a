import { actingRoles, type Role } from '@waymark/core/kernel';
import { rights } from '@waymark/governance/access';
import { commandRoutes, type CommandRoute } from '../../apps/api/commands/routes';
import { exampleOf } from '../../apps/api/openapi/schemas';
import { documentedFetch } from '../support/documented';
import type { Part } from './parts';
import { other, own, type World, world } from './world';

jest.setTimeout(120_000);

let served: World;

/** The roles of people. The local operator has no token. */
const roles = actingRoles.flatMap((role) => (role === 'local-operator' ? [] : [role]));

beforeAll(async () => {
  served = await world();
  for (const { pupil } of [own, other]) {
    const body = { kind: 'pupil', id: pupil, ground: 'CONSENT_WITHDRAWN' };
    expect(await ask('data-protection-officer', 'privacy/erasures', body)).toMatchObject({ status: 200 });
  }
}, 60_000);

afterAll(() => served.close());

async function ask(role: Role, path: string, body?: object) {
  const answer = await documentedFetch(`${served.url}/v1/${path}`, {
    headers: { ...(await served.headersOf(role)), ...(body && { 'content-type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  const { code, detail } = (await answer.json()) as { readonly code?: string; readonly detail?: string };
  return { status: answer.status, code, detail };
}

/** Every command that a person may send to a pupil, to the pupil's journey, or to the register. */
const commands = ['pupils', 'journeys', 'attendance'].flatMap((plural) =>
  [...commandRoutes.get(plural)!.values()].filter(({ replacedBy }) => replacedBy === undefined),
);

const idIn = ({ module }: CommandRoute, { pupil, journey }: Part): string =>
  module.name === 'journey' ? journey : pupil;

/** An example of the body, about the things of one part. */
function bodyFor({ type }: CommandRoute, where: Part): object {
  const example = exampleOf(type);
  const named = Object.entries({ ...where }).filter(([field]) => field in example);
  return { ...example, ...Object.fromEntries(named) };
}

const path = (route: CommandRoute, id: string): string =>
  route.template.replace('/v1/', '').replace('{id}', id);

const ERASED = { status: 410, code: 'PUPIL_ERASED' };
const REFUSED = { status: 403, code: 'NOT_ALLOWED' };

describe('an erased pupil', () => {
  it.each(commands)('is known as erased only to roles that reach the pupil with $action', async (route) => {
    const right = rights.get(route.action)!;
    for (const role of roles) {
      const reached = right[role] !== undefined;
      const here = await ask(role, path(route, idIn(route, own)), bodyFor(route, own));
      expect([role, here]).toMatchObject([role, reached ? ERASED : REFUSED]);
      const there = await ask(role, path(route, idIn(route, other)), bodyFor(route, other));
      expect([role, there]).toMatchObject([role, right[role] === 'all' ? ERASED : REFUSED]);
    }
  });

  it('is answered as an unknown pupil to everybody who could not see the pupil', async () => {
    const unknown = '00000000-0000-4000-8000-000000000000';
    const right = rights.get('GetPupil')!;
    const seen = new Set<number>();
    for (const role of roles) {
      const [here, there, nowhere] = [
        await ask(role, `pupils/${own.pupil}`),
        await ask(role, `pupils/${other.pupil}`),
        await ask(role, `pupils/${unknown}`),
      ];
      expect([role, here]).toMatchObject([role, right[role] === undefined ? REFUSED : ERASED]);
      if (right[role] !== 'all') expect([role, there]).toEqual([role, nowhere]);
      seen.add(here.status);
    }
    expect(seen).toEqual(new Set([403, 410]));
  });

  it('has a certificate, which only the data protection officer gets', async () => {
    for (const role of roles) {
      const { status } = await ask(role, `privacy/erasures/pupil/${own.pupil}/certificate`);
      expect([role, status]).toEqual([role, role === 'data-protection-officer' ? 200 : 403]);
    }
  });
});
