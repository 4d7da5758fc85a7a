import { viewsOf, type View } from '@waymark/kernel';
import type { DomainEvents, ProgrammeDefinition, Reminders, SchoolDetails } from '@waymark/domain';

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
  readonly programme: string;
  readonly area: string;
  readonly school: string;
  readonly from: string;
  /** Journeys that hold a place. */
  readonly caseload: number;
  /** Of what the mentor was reminded last, and on which day. */
  readonly reminded?: Reminders & { readonly on: string };
}

type Place = Pick<MentorRow, 'programme' | 'area' | 'school' | 'from'>;

/** Where a mentor works; the name is left where it is sealed. */
const place = ({ programme, area, school, from }: Place): Place => ({ programme, area, school, from });

const mentorView = (version: number, former?: View<MentorRow>['former']): View<MentorRow> =>
  view<MentorRow>({
    name: 'mentors',
    version,
    indexes: ['school'],
    on: {
      MentorAppointed: (_, { data }) => ({ ...place(data), caseload: 0 }),
      MentorDetailsChanged: (row, { data }) => ({ ...row, ...place(data), caseload: row?.caseload ?? 0 }),
      PlaceTaken: (row) => row && { ...row, caseload: row.caseload + 1 },
      PlaceReleased: (row) => row && { ...row, caseload: row.caseload - 1 },
      MentorReminded: (row, { data }) => row && { ...row, reminded: data },
    },
    ...(former && { former }),
  });

function withoutName(row: object): MentorRow {
  const { name: _name, ...rest } = row as MentorRow & { readonly name?: string };
  return rest;
}

/** Mentors by id, with how many places are taken. Rows of version 1 have names, which no answer gives away. */
export const mentors = mentorView(2, [{ view: mentorView(1) as View, read: withoutName }]);

export interface PupilRow {
  readonly school: string;
}

const pupilView = (version: number, former?: View<PupilRow>['former']): View<PupilRow> =>
  view<PupilRow>({
    name: 'pupils',
    version,
    indexes: [],
    on: {
      PupilRegistered: (_, { data: { school } }) => ({ school }),
      PupilMovedSchool: (row, { data: { school } }) => row && { ...row, school },
    },
    ...(former && { former }),
  });

/** Pupils by id. Rows of version 1 have names and numbers, which no answer gives away. */
export const pupils = pupilView(2, [
  { view: pupilView(1) as View, read: (row) => ({ school: (row as PupilRow).school }) },
]);
