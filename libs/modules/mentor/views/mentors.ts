import { type View, viewsOf } from '@waymark/core/kernel';
import type { Reminders } from '../reminders';
import type { MentorEvents } from '../mentor';

const view = viewsOf<MentorEvents>();

export interface MentorRow {
  readonly programme: string;
  readonly area: string;
  readonly school: string;
  readonly from: string;
  /** Number of journeys with a place in the caseload. */
  readonly caseload: number;
  /** The latest reminder and its day. */
  readonly reminded?: Reminders & { readonly on: string };
}

type Place = Pick<MentorRow, 'programme' | 'area' | 'school' | 'from'>;

/** Where a mentor works. The name is left out: it stays encrypted in the log. */
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

/** Mentors by id, with the number of places taken. Rows of version 1 contain names, which no answer includes. */
export const mentors = mentorView(2, [{ view: mentorView(1) as View, read: withoutName }]);
