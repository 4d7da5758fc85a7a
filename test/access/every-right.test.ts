import { valid } from '@waymark/core/fields';
import { type ActingRole, actingRoles, Refusal, type Role, START } from '@waymark/core/kernel';
import { localOperator, permitFor, rights } from '@waymark/governance/access';
import type { Permit } from '@waymark/core/commands';
import { carryOut } from '@waymark/core/reactions';
import { policies } from '@waymark/modules/policies/index';
import { Platform } from '@waymark/platform';
import { type CommandRoute, commandRoutes } from '../../apps/api/commands/routes';
import { temporaryDirectory } from '../support/stores';
import { furnish, overIn, type Part, partOf } from './parts';
import { scenarios, second, type Sent } from './scenarios';

/*
 * Each right of each command can be used: every role that has it carries the command out in its own part, so that events are
 * recorded, and is refused in another part if the right has a scope. Every other role is refused.
 */

const routes: readonly CommandRoute[] = [...commandRoutes.values()]
  .flatMap((each) => [...each.values()])
  .filter(({ replacedBy }) => replacedBy === undefined);

jest.setTimeout(120_000);

let platform: Platform;
let parts = 0;

beforeAll(async () => {
  const clock = { now: () => '2026-02-15T09:00:00.000Z' };
  platform = await Platform.open({ data: temporaryDirectory(), work: false, clock });
});
afterAll(() => platform.close());

const typeOf = (name: string): CommandRoute['type'] => routes.find(({ type }) => type.name === name)!.type;
const send = ({ module, id, body }: Sent, name: string, actor: string, permit?: Permit) =>
  platform.submitter.submit({
    ...{ module, id, command: valid(typeOf(name), body), actor },
    ...(permit && { permit }),
  });

/** A new part in which a scenario is possible. */
async function prepared(name: string, role: ActingRole): Promise<Part> {
  parts += 1;
  const part = partOf(parts);
  await furnish(platform, part);
  await react();
  for (const [command, sent] of scenarios[name]!.first?.(part, role) ?? [])
    await send(sent, command, 'office');
  await react();
  return part;
}

let reacted = START;

/** Carry out what the policies do about the events since the last call. */
async function react(): Promise<void> {
  const { events, through } = await platform.events.readAll(reacted, 1_000);
  reacted = through;
  for (const event of events)
    for (const policy of policies)
      if (policy.on.has(event.type)) await carryOut(policy, event, platform.submitter);
}

/** Somebody with a role over a part; a school lead is the lead of both schools of the part. */
const holder = (role: ActingRole, part: Part) => {
  if (role === 'local-operator') return localOperator;
  const over = overIn(part, role as Role);
  const both = role === 'school-lead' ? [over, { school: second(part) }] : [over];
  return { id: `a ${role}`, grants: both.map((scope) => ({ role, ...scope })) };
};

/** What comes of the scenario of a part, sent by somebody with the role over another or the same part. */
async function outcome(name: string, role: ActingRole, over: Part, at: Part): Promise<string> {
  const { id, grants } = holder(role, over);
  const permit = permitFor(platform.look, { id, grants });
  try {
    const { events } = await send(scenarios[name]!.send(at, role), name, id, permit);
    return events.length > 0 ? 'recorded' : 'nothing recorded';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('the right to send', () => {
  it('is tried out here for every command', () => {
    expect(routes.map(({ type }) => type.name).sort()).toEqual(Object.keys(scenarios).sort());
  });

  it.each(Object.keys(scenarios))(
    '%s can be used by every role that has it, in its scope, and by no other',
    async (name) => {
      const { action } = routes.find(({ type }) => type.name === name)!;
      const elsewhere = partOf(999);
      for (const role of actingRoles) {
        const right = rights.get(action)?.[role];
        const part = await prepared(name, role);
        const outside = right === 'all' ? 'recorded' : 'NOT_ALLOWED';
        expect([role, await outcome(name, role, elsewhere, part)]).toEqual([role, outside]);
        if (right === 'all') continue;
        const inside = right === 'own' ? 'recorded' : 'NOT_ALLOWED';
        expect([role, await outcome(name, role, part, part)]).toEqual([role, inside]);
      }
    },
  );
});
