import { isDeepStrictEqual } from 'node:util';
import { IsCode, IsText, IsUrn, Optional, urnId } from '@waymark/core/fields';
import { all, defineModule, event, slices } from '@waymark/core/kernel';
import type { SchoolFacts } from './facts';

/** A school's entry in the Department for Education's register of schools, and its area. */
export interface SchoolDetails {
  readonly name: string;
  /** Three-digit local authority code; with the establishment number it makes the LAESTAB. Kept as text. */
  readonly localAuthorityCode: string;
  readonly localAuthority: string;
  readonly establishmentNumber: string;
  readonly phase: string;
  readonly status: string;
  /** Government office region, such as `North West`. */
  readonly region: string;
  /** The programme's area, such as `hastings`: not a local authority. */
  readonly area: string;
  readonly areaName: string;
  /** URN of this school before it became an academy. */
  readonly predecessor?: string;
}

export interface SchoolEvents {
  /** A school was registered. */
  SchoolRegistered: SchoolDetails;
  /** A school's details changed; these are the new details. */
  SchoolDetailsChanged: SchoolDetails;
}

/** Register a school, or change its details. */
export class RegisterSchool {
  @IsText('Blackpool Harbour Academy') name!: string;
  @IsCode('890') localAuthorityCode!: string;
  @IsText('Blackpool') localAuthority!: string;
  @IsCode('4401') establishmentNumber!: string;
  @IsText('Secondary') phase!: string;
  @IsText('Open') status!: string;
  @IsText('North West') region!: string;
  @IsText('Blackpool') area!: string;
  @Optional() @IsUrn() predecessor?: string;
}

interface School {
  readonly details?: SchoolDetails;
}

const { on, slice } = slices<School>();

const registration = slice<SchoolEvents>({
  decide: {
    RegisterSchool: on(
      RegisterSchool,
      (command, { details: before }, { today }) => {
        const details = asDetails(command);
        if (!before) return [event('SchoolRegistered', today, details)];
        if (isDeepStrictEqual(before, details)) return [];
        return [event('SchoolDetailsChanged', today, details)];
      },
      { by: all('programme-administrator'), creates: true },
    ),
  },
  evolve: {
    SchoolRegistered: (_, details) => ({ details }),
    SchoolDetailsChanged: (_, details) => ({ details }),
  },
});

export const school = defineModule(
  {
    name: 'school',
    plural: 'schools',
    id: urnId,
    initial: {} as School,
    facts: ({ details }: School): SchoolFacts | undefined => details,
  },
  [registration],
);

/** An area's id from its name: `West Somerset` is `west-somerset`. */
export const areaId = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

const asDetails = (command: RegisterSchool): SchoolDetails => ({
  name: command.name,
  localAuthorityCode: command.localAuthorityCode,
  localAuthority: command.localAuthority,
  establishmentNumber: command.establishmentNumber,
  phase: command.phase,
  status: command.status,
  region: command.region,
  area: areaId(command.area),
  areaName: command.area,
  ...(command.predecessor === undefined ? {} : { predecessor: command.predecessor }),
});
