import { type ActingRole } from '@waymark/core/kernel';
import type { Principal } from '@waymark/core/access';
import type { Scope, Role } from '@waymark/core/kernel';
import { randomUUID } from 'node:crypto';
import { valid } from '@waymark/core/fields';
import { type Identify, rights, signToken } from '@waymark/governance/access';
import { AssignRole, RegisterPerson } from '@waymark/modules/people';
import { localTokenKey, Platform } from '@waymark/platform';

/** Every role that the table of rights contains. */
const everyRole = [...new Set([...rights.values()].flatMap((roles) => Object.keys(roles) as ActingRole[]))];

/** A principal with every role everywhere. */
export const almighty = (id = 'anonymous'): Principal => ({
  id,
  grants: everyRole.map((role) => ({ role })),
});

/** For tests that are not about rights: every caller may do everything. The token is the caller's id. */
export const anybody: Identify = (authorization) =>
  Promise.resolve(almighty(authorization?.replace(/^Bearer /, '')));

/** The same for jobs that run with the roles of the person who requested them. */
export function letAnybody(platform: Platform): void {
  Object.assign(platform.people, { grants: () => Promise.resolve(almighty().grants) });
}

/** Register a person with some roles in a data folder. Returns the header for requests to programs on it. */
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
