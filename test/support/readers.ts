import type { Platform } from '@waymark/platform';
import { rights, type Identify, type Reader } from '@waymark/access';

/** Every role there is, over everything. */
const everyRole = [...new Set([...rights.values()].flatMap((roles) => [...roles.keys()]))];

/** Somebody who may do everything. */
export const almighty = (id = 'anonymous'): Reader => ({ id, grants: everyRole.map((role) => ({ role })) });

/** For tests of something else than who may do what: whoever asks may do everything, as whom their token says. */
export const anybody: Identify = (authorization) =>
  Promise.resolve(almighty(authorization?.replace(/^Bearer /, '')));

/** Jobs that are done by the roles of whoever asked for them: these, too, may be anybody's. */
export function letAnybody(platform: Platform): void {
  Object.assign(platform.people, { grants: () => Promise.resolve(almighty().grants) });
}
