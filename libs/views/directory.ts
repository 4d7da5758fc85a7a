import { viewsOf } from '@waymark/kernel';
import type {
  DomainEvents,
  ProgrammeDefinition,
  PupilDetails,
  Reminders,
  SchoolDetails,
} from '@waymark/domain';

const view = viewsOf<DomainEvents>();

/** Programmes by id, as they stand. */
export const programmes = view<ProgrammeDefinition>({
  name: 'programmes',
  version: 1,
  indexes: [],
  on: {
    ProgrammeDefined: (_, { data }) => data,
    ProgrammeRevised: (_, { data }) => data,
  },
});

/** Schools by URN. */
export const schools = view<SchoolDetails>({
  name: 'schools',
  version: 1,
  indexes: ['area'],
  on: {
    SchoolRegistered: (_, { data }) => data,
    SchoolDetailsChanged: (_, { data }) => data,
  },
});

export interface MentorRow {
  readonly name: string;
  readonly programme: string;
  readonly area: string;
  readonly school: string;
  readonly from: string;
  /** Journeys that hold a place. */
  readonly caseload: number;
  /** Of what the mentor was reminded last, and on which day. */
  readonly reminded?: Reminders & { readonly on: string };
}

/** Mentors by id, with how many places are taken. */
export const mentors = view<MentorRow>({
  name: 'mentors',
  version: 1,
  indexes: ['school'],
  on: {
    MentorAppointed: (_, { data }) => ({ ...data, caseload: 0 }),
    MentorDetailsChanged: (row, { data }) => ({ ...row, ...data, caseload: row?.caseload ?? 0 }),
    PlaceTaken: (row) => row && { ...row, caseload: row.caseload + 1 },
    PlaceReleased: (row) => row && { ...row, caseload: row.caseload - 1 },
    MentorReminded: (row, { data }) => row && { ...row, reminded: data },
  },
});

export interface PupilRow extends PupilDetails {
  readonly upn: string;
  readonly school: string;
}

/** Pupils by id: the one place where views keep their names and numbers. */
export const pupils = view<PupilRow>({
  name: 'pupils',
  version: 1,
  indexes: [],
  on: {
    PupilRegistered: (_, { data: { schoolFrom: _from, ...row } }) => row,
    UpnChanged: (row, { data: { upn } }) => row && { ...row, upn },
    PupilDetailsCorrected: (row, { data: { reason: _reason, ...details } }) => row && { ...row, ...details },
    PupilMovedSchool: (row, { data: { school } }) => row && { ...row, school },
  },
});
