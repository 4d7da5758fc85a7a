import { IsCode } from '@waymark/core/fields';
import { all, event, own, type PlacesOf, slices } from '@waymark/core/kernel';
import type { ProgrammeFacts } from '@waymark/modules/programme/facts';
import { scopeOfSchool } from './facts';
import type { School } from './state';

export interface MembershipEvents {
  /** A school joined a programme: the programme may appoint mentors there and take in its pupils. */
  SchoolJoinedProgramme: { readonly programme: string };
  /** A school left a programme. Journeys that have started there go on. */
  SchoolLeftProgramme: { readonly programme: string };
}

/** Record that the school joins a programme. The programme may then appoint mentors there and take in its pupils. */
export class JoinProgramme {
  @IsCode('ampe-2025-11') programme!: string;
}

/** Record that the school leaves a programme. Journeys that have started there go on. */
export class LeaveProgramme {
  @IsCode('ampe-2025-11') programme!: string;
}

const { on, slice } = slices<School>();

/**
 * Whether a school takes part in a programme is decided by people who reach the whole school. A programme administrator
 * reaches only what has joined the programme, so a programme cannot take in a school by itself.
 */
const wholeSchool: PlacesOf<object, School> = async (_command, { id, state }, look) => [
  state.details ? [await scopeOfSchool(id, look)] : [],
];

interface Facts {
  readonly programme: ProgrammeFacts;
}

const theProgramme = ['programme', ({ programme }: { readonly programme: string }) => programme] as const;

const deciders = { ...own('school-lead', 'area-manager', 'regional-director'), ...all('operations') };

export const membership = slice<MembershipEvents>({
  decide: {
    JoinProgramme: on<MembershipEvents, JoinProgramme, Facts>(
      JoinProgramme,
      ({ programme }, { programmes }, { today }) =>
        programmes.includes(programme) ? [] : [event('SchoolJoinedProgramme', today, { programme })],
      { by: deciders, places: wholeSchool, needs: { programme: theProgramme } },
    ),
    // A school that never joined may leave too: where mentors are based, it counts as a school of their programme.
    LeaveProgramme: on<MembershipEvents, LeaveProgramme, Facts>(
      LeaveProgramme,
      ({ programme }, { left }, { today }) =>
        left.includes(programme) ? [] : [event('SchoolLeftProgramme', today, { programme })],
      { by: deciders, places: wholeSchool, needs: { programme: theProgramme } },
    ),
  },
  evolve: {
    SchoolJoinedProgramme: (school, { programme }) => ({
      ...school,
      programmes: [...school.programmes, programme],
      left: school.left.filter((each) => each !== programme),
    }),
    SchoolLeftProgramme: (school, { programme }) => ({
      ...school,
      programmes: school.programmes.filter((each) => each !== programme),
      left: [...school.left, programme],
    }),
  },
});
