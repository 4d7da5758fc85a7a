import { isDeepStrictEqual } from 'node:util';
import { IsCode, IsText, IsUrn, NotPersonal, Optional, urnId } from '@waymark/core/fields';
import {
  defineModule,
  event,
  type EventsOf,
  own,
  type PlacesOf,
  refuse,
  type Scope,
  slices,
} from '@waymark/core/kernel';
import { referenceData } from '@waymark/modules/shared/rights';
import { type SchoolFacts, scopesOfSchool } from './facts';
import { membership } from './membership';
import type { School, SchoolDetails } from './state';

export interface RegistrationEvents {
  /** A school was registered. */
  SchoolRegistered: SchoolDetails;
  /** A school's details changed; these are the new details. */
  SchoolDetailsChanged: SchoolDetails;
}

/** Why the details of a school are not personal data. */
const REGISTER = 'the public register of schools and the programme’s list of areas contain it';

/** Register a school, or change its details. */
export class RegisterSchool {
  @NotPersonal(REGISTER) @IsText('Blackpool Harbour Academy') name!: string;
  @IsCode('890') localAuthorityCode!: string;
  @NotPersonal(REGISTER) @IsText('Blackpool') localAuthority!: string;
  @IsCode('4401') establishmentNumber!: string;
  @NotPersonal(REGISTER) @IsText('Secondary') phase!: string;
  @NotPersonal(REGISTER) @IsText('Open') status!: string;
  @NotPersonal(REGISTER) @IsText('North West') region!: string;
  @NotPersonal(REGISTER) @IsText('Blackpool') area!: string;
  @Optional() @IsUrn('990301') predecessor?: string;
}

const { on, slice } = slices<School>();

/**
 * A new school lies in its area and region. A change of a school's area or region needs rights over what it leaves and over
 * what it comes to. Other details may be changed by a role over the school.
 */
const placesOf: PlacesOf<RegisterSchool, School> = async (
  command,
  { id, state: { details: before } },
  look,
) => {
  const after = asDetails(command);
  if (!before) return [[placeOf(id, after)]];
  const moved = (['area', 'region'] as const).filter((kind) => before[kind] !== after[kind]);
  if (moved.length === 0) return [await scopesOfSchool(id, look)];
  const ends = [before, after].map(({ area, region }) => ({ area, region }));
  return [
    [placeOf(id, before)],
    ...ends.map((end): Scope[] => [moved.includes('region') ? { region: end.region } : end]),
  ];
};

const placeOf = (urn: string, { area, region }: SchoolFacts): Scope => ({ school: urn, area, region });

const registration = slice<RegistrationEvents>({
  decide: {
    RegisterSchool: on(
      RegisterSchool,
      (command, { details: before }, { id, today }) => {
        const details = asDetails(command);
        // A log of before may hold such details; repeating them still changes nothing.
        if (before && isDeepStrictEqual(before, details)) return [];
        if (command.predecessor === id)
          refuse(
            'OWN_PREDECESSOR',
            'A school cannot be its own predecessor. Send the URN that it had before, or leave the field out.',
            'invalid',
          );
        return [event(before ? 'SchoolDetailsChanged' : 'SchoolRegistered', today, details)];
      },
      {
        by: {
          ...own('area-manager', 'regional-director', 'programme-administrator'),
          ...referenceData,
        },
        creates: true,
        places: placesOf,
      },
    ),
  },
  evolve: {
    SchoolRegistered: (school, details) => ({ ...school, details }),
    SchoolDetailsChanged: (school, details) => ({ ...school, details }),
  },
});

export const school = defineModule(
  {
    name: 'school',
    plural: 'schools',
    id: urnId,
    initial: { programmes: [], left: [] } as School,
    facts: ({ details }: School): SchoolFacts | undefined => details,
  },
  [registration, membership],
);

/** The events of all slices of the school. */
export type SchoolEvents = EventsOf<typeof school>;

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
