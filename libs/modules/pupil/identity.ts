import {
  type Day,
  IsDay,
  IsOneOf,
  IsLongText,
  IsText,
  IsUpn,
  IsUrn,
  Optional,
  type Upn,
} from '@waymark/core/fields';
import { own, all, type Claim, event, refuse, slices } from '@waymark/core/kernel';
import { type SchoolFacts, scopesOfSchool } from '@waymark/modules/school/facts';
import { isRepeated, remember } from '@waymark/modules/shared/repeats';
import { importing, school } from '@waymark/modules/shared/rights';
import { scopesForIntakeOn, scopesOfPupilOn } from './facts';
import { type Pupil, type PupilDetails, refuseErased, refuseRestricted, schoolOn } from './state';
import { refuseReleasing } from './upn-release';

export interface PupilEvents {
  /** A pupil was registered, with UPN, personal details and school. */
  PupilRegistered: PupilDetails & { readonly upn: Upn; readonly school: string; readonly schoolFrom: Day };
  /**
   * A pupil's UPN changed, for example from a temporary to a permanent one; the former UPN still leads to the pupil.
   */
  UpnChanged: { readonly upn: Upn; readonly former: Upn };
  /** A pupil's name, date of birth or sex was corrected; these are the correct details. */
  PupilDetailsCorrected: PupilDetails & { readonly reason: string };
  /** A pupil moved to another school. */
  PupilMovedSchool: { readonly school: string; readonly from: Day };
}

export const sexes = ['F', 'M', 'X'] as const;

/** Register a pupil. */
export class RegisterPupil {
  @IsUpn() upn!: string;
  @IsText('Zara') forename!: string;
  @IsText('Farouk') surname!: string;
  @IsDay('2013-02-15') dateOfBirth!: string;
  @Optional() @IsOneOf(sexes) sex?: string;
  @IsUrn() school!: string;
  /** The first day at the school. */
  @IsDay('2025-09-01') schoolFrom!: string;
}

/** Give a pupil a new UPN. The former UPN still leads to the pupil. */
export class ChangeUpn {
  @IsUpn() upn!: string;
}

/** Correct a pupil's details. */
export class CorrectPupilDetails {
  @IsText('Zara') forename!: string;
  @IsText('Farooq') surname!: string;
  @IsDay('2013-02-15') dateOfBirth!: string;
  @Optional() @IsOneOf(sexes) sex?: string;
  @IsLongText('The surname was misspelt.', 200) reason!: string;
}

/** Record that a pupil moves to another school from a day on. */
export class MoveSchool {
  @IsUrn('990402') school!: string;
  @IsDay('2026-01-05') from!: string;
}

const { on, slice } = slices<Pupil>();

const ownUpn = ({ upn }: { readonly upn: Upn }): readonly Claim[] => [
  {
    kind: 'upn',
    value: upn,
    taken: {
      code: 'UPN_TAKEN',
      message: 'Another pupil has this UPN. Use that pupil, or check the UPN.',
    },
  },
];

const schoolNeed = ['school', ({ school }: { readonly school: string }) => school] as const;

interface Facts {
  readonly school: SchoolFacts;
}

export const identity = slice<PupilEvents>({
  decide: {
    RegisterPupil: on<PupilEvents, RegisterPupil, Facts>(
      RegisterPupil,
      (command, pupil, { claimIdOf }) => {
        refuseErased(pupil);
        refuseRestricted(pupil);
        const { upn, school, schoolFrom } = command;
        if (!pupil.details) {
          refuseReleasing(pupil, claimIdOf('upn', upn));
          return [event('PupilRegistered', schoolFrom, { upn, ...details(command), school, schoolFrom })];
        }
        const known = pupil.upn === upn || pupil.former.includes(upn);
        const there = isKnownStay(pupil, { school, from: schoolFrom });
        if (known && same(pupil.details, details(command)) && there) return [];
        return refuse(
          'PUPIL_ALREADY_REGISTERED',
          'The pupil is already registered with other details. Correct those instead.',
        );
      },
      {
        by: { ...school, ...importing },
        creates: true,
        // A programme registers pupils at the schools that have joined it.
        places: async ({ school, schoolFrom }, { id, state }, look) => [
          ...(state.details ? [await scopesForIntakeOn(schoolFrom, id, look)] : []),
          await scopesOfSchool(school, look),
        ],
        needs: { school: schoolNeed },
        claims: ownUpn,
      },
    ),
    ChangeUpn: on(
      ChangeUpn,
      ({ upn }, pupil, { today, claimIdOf }) => {
        refuseErased(pupil);
        if (pupil.upn === upn) return [];
        refuseReleasing(pupil, claimIdOf('upn', upn));
        return [event('UpnChanged', today, { upn, former: pupil.upn ?? '' })];
      },
      { by: school, claims: ownUpn },
    ),
    CorrectPupilDetails: on(
      CorrectPupilDetails,
      (command, pupil, { today }) => {
        refuseErased(pupil);
        const corrected = { ...details(command), reason: command.reason };
        if (!pupil.details || !same(pupil.details, details(command)))
          return [event('PupilDetailsCorrected', today, corrected)];
        if (isRepeated(pupil, 'PupilDetailsCorrected', '', corrected)) return [];
        return refuse(
          'NOTHING_TO_CORRECT',
          'The pupil already has these details. Send the fields to change.',
        );
      },
      {
        by: {
          ...own('school-lead', 'area-manager', 'programme-administrator'),
          ...all('data-protection-officer'),
        },
      },
    ),
    MoveSchool: on<PupilEvents, MoveSchool, Facts>(
      MoveSchool,
      ({ school, from }, pupil) => {
        refuseErased(pupil);
        refuseRestricted(pupil);
        if (schoolOn(pupil, from) !== school) return [event('PupilMovedSchool', from, { school, from })];
        if (isKnownStay(pupil, { school, from })) return [];
        return refuse(
          'ALREADY_AT_SCHOOL',
          'The pupil is already at this school on that day. Check the day and the earlier moves.',
        );
      },
      {
        by: { ...school, ...own('regional-director'), ...all('data-protection-officer') },
        places: async ({ school, from }, { id }, look) => [
          await scopesOfPupilOn(from, id, look),
          await scopesOfSchool(school, look),
        ],
        needs: { school: schoolNeed },
      },
    ),
  },
  evolve: {
    PupilRegistered: (pupil, { upn, school, schoolFrom, ...rest }) => ({
      ...pupil,
      upn,
      details: details(rest),
      schools: [{ school, from: schoolFrom }],
    }),
    // `former` is empty if the pupil had no UPN, and absent once the pupil is erased.
    UpnChanged: (pupil, { upn, former }) => ({
      ...pupil,
      upn,
      former: former ? [...pupil.former, former] : pupil.former,
    }),
    PupilDetailsCorrected: (pupil, corrected) =>
      remember({ ...pupil, details: details(corrected) }, 'PupilDetailsCorrected', '', corrected),
    PupilMovedSchool: (pupil, move) => ({
      ...pupil,
      schools: [...pupil.schools.filter(({ from }) => from !== move.from), move].sort((a, b) =>
        a.from < b.from ? -1 : 1,
      ),
    }),
  },
  personal: {
    PupilRegistered: ['upn', 'forename', 'surname', 'dateOfBirth', 'sex'],
    UpnChanged: ['upn', 'former'],
    PupilDetailsCorrected: ['forename', 'surname', 'dateOfBirth', 'sex', 'reason'],
  },
});

const details = ({ forename, surname, dateOfBirth, sex }: PupilDetails): PupilDetails => ({
  forename,
  surname,
  dateOfBirth,
  ...(sex === undefined ? {} : { sex }),
});

/** Whether a stay at this school from exactly this day is recorded. */
const isKnownStay = ({ schools }: Pupil, stay: Pupil['schools'][number]): boolean =>
  schools.some(({ school, from }) => school === stay.school && from === stay.from);

const same = (a: PupilDetails, b: PupilDetails): boolean => JSON.stringify(a) === JSON.stringify(b);
