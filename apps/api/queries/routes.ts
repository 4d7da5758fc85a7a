import type { Type } from '@nestjs/common';
import type { Module, RowSet } from '@waymark/core/kernel';
import { attendance, attendanceHistory } from '@waymark/modules/attendance/views/registers';
import { imports } from '@waymark/modules/imports';
import { importReports } from '@waymark/modules/imports/views/import-reports';
import { regionalKpis } from '@waymark/modules/insights/views/pupil-outcomes';
import { journey } from '@waymark/modules/journey';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import { phaseProgress } from '@waymark/modules/journey/views/phase-progress';
import { mentor } from '@waymark/modules/mentor';
import { mentors } from '@waymark/modules/mentor/views/mentors';
import { person } from '@waymark/modules/people';
import { programmes } from '@waymark/modules/programme/views/programmes';
import { pupil } from '@waymark/modules/pupil';
import { schools } from '@waymark/modules/school/views/schools';
import { views } from '@waymark/modules';
import {
  GetAttendance,
  GetCaseload,
  GetImport,
  GetJourney,
  GetKpis,
  GetPerson,
  GetPhaseProgress,
  GetPupil,
  GetRow,
  GetTimeline,
  ListImports,
  ListReads,
  ListRows,
  type Question,
} from './questions';

/** What a part of a path names, and what its ids look like. */
export type PathPart = Pick<Module, 'name' | 'id'>;

const view: PathPart = {
  name: 'view',
  id: {
    pattern: new RegExp(`^(${views.map(({ name }) => name).join('|')})$`),
    description: 'the name of a view',
    example: caseloads.name,
  },
};

const row: PathPart = {
  name: 'row',
  id: {
    pattern: /^.{1,200}$/su,
    description: 'its key, percent-encoded',
    example: '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11',
  },
};

/** How a question is asked over HTTP. */
export interface QueryRoute<Answer = unknown> {
  readonly path: string;
  readonly question: Type<Question<Answer>>;
  /** The pupils whose records an answer shows: recorded of whoever asked before they see it. */
  shown(answer: Answer): Iterable<string>;
  /** Views that the answer is read from: they must be as far as the client has seen. None where it is the log itself. */
  readonly views: readonly RowSet[];
  /** What each part of the path that varies names, in their order. */
  readonly of?: readonly PathPart[];
  /** Further statuses that it may be answered with. */
  readonly problems?: readonly number[];
}

/** Figures of groups, and what is of no pupil. */
const nobody = (): readonly string[] => [];

const route = <Answer>(asked: QueryRoute<Answer>): QueryRoute<Answer> => asked;

/** Every question: whoever adds one, adds it here. */
export const queryRoutes = {
  journey: route({
    ...{ path: 'journeys/:id', question: GetJourney, of: [journey], views: [] },
    shown: (answer) => [answer.pupil],
  }),
  timeline: route({
    ...{ path: 'journeys/:id/timeline', question: GetTimeline, of: [journey], views: [] },
    shown: (answer) => [answer.pupil],
  }),
  pupil: route({
    ...{ path: 'pupils/:id', question: GetPupil, of: [pupil], views: [] },
    shown: ({ id }) => [id],
  }),
  caseload: route({
    ...{ path: 'caseloads/:mentorId', question: GetCaseload, of: [mentor], views: [caseloads, mentors] },
    shown: ({ items }) => items.map((entry) => entry.pupil),
  }),
  phaseProgress: route({
    ...{ path: 'phase-progress', question: GetPhaseProgress, shown: nobody },
    views: [phaseProgress, programmes, schools, mentors],
  }),
  kpis: route({
    ...{ path: 'kpis', question: GetKpis, shown: nobody },
    views: [regionalKpis, programmes, schools, mentors],
  }),
  attendance: route({
    ...{ path: 'attendance', question: GetAttendance },
    views: [attendance, attendanceHistory, caseloads, programmes, schools, mentors],
    // Of groups only figures are shown, which have a name.
    shown: ({ items }) => items.filter((item) => !('name' in item)).map(({ key }) => key),
  }),
  imports: route({ path: 'imports', question: ListImports, views: [importReports], shown: nobody }),
  import: route({
    ...{ path: 'imports/:id', question: GetImport, of: [imports] },
    ...{ views: [importReports], shown: nobody },
  }),
  rows: route({ path: 'imports/:id/rows', question: ListRows, of: [imports], views: [], shown: nobody }),
  row: route({
    ...{ path: 'views/:view/:key', question: GetRow, of: [view, row], views: [], problems: [503] },
    shown: nobody,
  }),
  person: route({ path: 'people/:id', question: GetPerson, of: [person], views: [], shown: nobody }),
  reads: route({ path: 'reads', question: ListReads, views: [], shown: nobody }),
};

/** The names of all questions, as the table of rights has them. */
export const queryNames: readonly string[] = Object.values(queryRoutes).map(({ question }) => question.name);
