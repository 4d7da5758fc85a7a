import { type ActingRole } from '@waymark/core/kernel';
import type { Principal } from '@waymark/core/access';
import type { Scope, Role } from '@waymark/core/kernel';
import { randomUUID } from 'node:crypto';
import { valid } from '@waymark/core/fields';
import { type Identify, rights, signToken } from '@waymark/governance/access';
import { AssignRole, RegisterPerson } from '@waymark/modules/people';
import { localTokenKey, Platform } from '@waymark/platform';

/** Every role there is, over everything. */
const everyRole = [...new Set([...rights.values()].flatMap((roles) => Object.keys(roles) as ActingRole[]))];

/** Somebody who may do everything. */
export const almighty = (id = 'anonymous'): Principal => ({
  id,
  grants: everyRole.map((role) => ({ role })),
});

/** For tests of something else than who may do what: whoever asks may do everything, as whom their token says. */
export const anybody: Identify = (authorization) =>
  Promise.resolve(almighty(authorization?.replace(/^Bearer /, '')));

/** Jobs that are done by the roles of whoever asked for them: these, too, may be anybody's. */
export function letAnybody(platform: Platform): void {
  Object.assign(platform.people, { grants: () => Promise.resolve(almighty().grants) });
}

/** Make somebody known on a data folder who has some roles. Returns what programs on it are asked with. */
export async function employed(
  data: string,
  roles: readonly (Scope & { readonly role: Role })[],
): Promise<{ readonly authorization: string }> {
  const platform = await Platform.open({ data, work: false });
  try {
    const id = randomUUID();
    const send = (command: object) =>
      platform.submitter.submit({ module: 'person', id, command, actor: 'office' });
    await send(valid(RegisterPerson, { subject: 'employed', name: 'Somebody' }));
    for (const given of roles)
      await send(valid(AssignRole, { assignment: randomUUID(), from: '2025-01-01', ...given }));
    return { authorization: `Bearer ${await signToken(localTokenKey(data), 'employed', 3_600)}` };
  } finally {
    await platform.close();
  }
}
