import { scopeKindOf } from '@waymark/core/access';
import { valid } from '@waymark/core/fields';
import type { CommandClass, Role, Scope } from '@waymark/core/kernel';
import { RecordAttendance } from '@waymark/modules/attendance';
import { AssessEligibility, GiveConsent, ReferPupil } from '@waymark/modules/journey';
import { AllocatePupil, AppointMentor } from '@waymark/modules/mentor';
import { DefineProgramme } from '@waymark/modules/programme';
import { RegisterPupil } from '@waymark/modules/pupil';
import { areaId, RegisterSchool } from '@waymark/modules/school';
import type { Platform } from '@waymark/platform';
import { marks, programme } from '../api/client';
import { harbourAcademy, upnOf } from '../support/made-up';

/** One region with its area, school, programme, mentor and pupil. */
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

/** The nth of several unrelated parts; at most 999. */
export function partOf(n: number, rest: Partial<Part> = {}): Part {
  const areaName = rest.areaName ?? `Area ${String(n)}`;
  const digits = String(n).padStart(3, '0');
  return {
    ...{ region: `Region ${String(n)}`, areaName, area: areaId(areaName), upn: upnOf(n) },
    school: `990${digits}`,
    programme: `programme-${String(n)}`,
    mentor: `M-${String(n)}`,
    pupil: `0b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5${digits}`,
    journey: `3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5${digits}`,
    ...{ forename: 'Zara', surname: 'Farouk', dateOfBirth: '2013-02-15' },
    ...rest,
  };
}

/** The scope of a role within a part. */
export const overIn = (where: Part, role: Role): Scope => {
  const scope = scopeKindOf[role];
  return scope === undefined ? {} : { [scope]: where[scope] };
};

/**
 * Record everything in a part up to the place of its pupil with its mentor; policies confirm the place. `upTo` ends earlier:
 * with a pupil who has no journey yet, or who is eligible and waits for a mentor.
 */
export async function furnish(
  { submitter }: Pick<Platform, 'submitter'>,
  at: Part,
  { upTo = 'place' }: { readonly upTo?: 'pupil' | 'eligible' | 'place' } = {},
): Promise<void> {
  const send = <Command extends object>(
    module: string,
    id: string,
    type: CommandClass<Command>,
    body: object,
  ): Promise<unknown> => submitter.submit({ module, id, command: valid(type, body), actor: 'office' });
  const { school, region, forename, surname, upn, dateOfBirth, pupil, journey } = at;
  await send('programme', at.programme, DefineProgramme, programme);
  await send('school', school, RegisterSchool, { ...harbourAcademy, region, area: at.areaName });
  const details = { upn, forename, surname, dateOfBirth, school, schoolFrom: '2025-09-01' };
  await send('pupil', pupil, RegisterPupil, details);
  const appointed = { name: `Mentor of ${at.areaName}`, programme: at.programme, school, from: '2025-09-01' };
  await send('mentor', at.mentor, AppointMentor, appointed);
  if (upTo === 'pupil') return;
  const referred = { pupil, programme: at.programme, school, on: '2025-09-19', yearGroup: 8 };
  await send('journey', journey, ReferPupil, referred);
  await send('journey', journey, GiveConsent, { on: '2025-10-13', by: 'PARENT' });
  await send('attendance', pupil, RecordAttendance, { school, marks });
  await send('journey', journey, AssessEligibility, {});
  if (upTo === 'place') await send('mentor', at.mentor, AllocatePupil, { journey, on: '2025-10-27' });
}
