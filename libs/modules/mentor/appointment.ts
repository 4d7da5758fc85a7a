import { isDeepStrictEqual } from 'node:util';
import { IsCode, IsDay, IsText, IsUrn } from '@waymark/core/fields';
import { own, type Context, event, refuse, slices } from '@waymark/core/kernel';
import type { ProgrammeFacts } from '@waymark/modules/programme/facts';
import { type SchoolFacts, scopeOfSchool, scopesOfSchool } from '@waymark/modules/school/facts';
import { importing } from '@waymark/modules/shared/rights';
import { refuseErased } from './erasure';
import { scopesOfMentor } from './facts';
import type { Appointment, Mentor } from './state';

export interface AppointmentEvents {
  /** A mentor was appointed for a programme, based at a school. */
  MentorAppointed: Appointment;
  /** A mentor's name, programme, area, school or start changed; these are the new details. */
  MentorDetailsChanged: Appointment;
}

/** Appoint a mentor, or change the details of the appointment. */
export class AppointMentor {
  @IsText('Oscar Roberts') name!: string;
  @IsCode('ampe-2025-11') programme!: string;
  @IsUrn() school!: string;
  @IsDay('2025-09-01') from!: string;
}

const { on, slice } = slices<Mentor>();

export const appointment = slice<AppointmentEvents>({
  decide: {
    AppointMentor: on(
      AppointMentor,
      ({ name, programme, school, from }, mentor, { facts }: Context<Facts>) => {
        refuseErased(mentor);
        const wanted: Appointment = { name, programme, area: facts.school.area, school, from };
        if (!mentor.appointment) return [event('MentorAppointed', from, wanted)];
        if (isDeepStrictEqual(mentor.appointment, wanted)) return [];
        if (mentor.appointment.programme !== programme && mentor.journeys.length > 0)
          refuse(
            'MENTOR_OF_OTHER_PROGRAMME',
            'The mentor has had pupils in another programme. Appoint the mentor to this programme under a new id.',
          );
        return [event('MentorDetailsChanged', from, wanted)];
      },
      {
        by: { ...own('programme-administrator'), ...importing },
        creates: true,
        places: async ({ programme, school }, { id, state }, look) => [
          ...(state.appointment ? [await scopesOfMentor(id, look)] : []),
          [{ mentor: id, programme, ...(await scopeOfSchool(school, look)) }],
          await scopesOfSchool(school, look),
        ],
        needs: {
          programme: ['programme', ({ programme }) => programme],
          school: ['school', ({ school }) => school],
        },
      },
    ),
  },
  evolve: {
    MentorAppointed: appointed,
    MentorDetailsChanged: appointed,
  },
  personal: { MentorAppointed: ['name'], MentorDetailsChanged: ['name'] },
});

function appointed(mentor: Mentor, appointment: Appointment): Mentor {
  const programmes = [...new Set([...mentor.programmes, appointment.programme])];
  return { ...mentor, appointment, programmes };
}

interface Facts {
  readonly programme: ProgrammeFacts;
  readonly school: SchoolFacts;
}
