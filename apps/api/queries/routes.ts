import type { Type } from '@nestjs/common';
import type { Query } from '@nestjs/cqrs';
import { imports, journey, mentor } from '@waymark/domain';
import type { Module, RowSet } from '@waymark/kernel';
import {
  attendance,
  attendanceHistory,
  caseloads,
  importReports,
  mentors,
  phaseProgress,
  programmes,
  pupils,
  regionalKpis,
  schools,
  views,
} from '@waymark/views';
import {
  GetAttendance,
  GetCaseload,
  GetImport,
  GetJourney,
  GetKpis,
  GetPhaseProgress,
  GetRow,
  GetTimeline,
  ListImports,
  ListRows,
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
  readonly question: Type<Query<Answer>>;
  /** Views that the answer is read from: they must be as far as the client has seen. None where it is the log itself. */
  readonly views: readonly RowSet[];
  /** What each part of the path that varies names, in their order. */
  readonly of?: readonly PathPart[];
  /** Further statuses that it may be answered with. */
  readonly problems?: readonly number[];
}

/** Every question: whoever adds one, adds it here. */
export const queryRoutes = {
  journey: { path: 'journeys/:id', question: GetJourney, of: [journey], views: [] },
  timeline: { path: 'journeys/:id/timeline', question: GetTimeline, of: [journey], views: [] },
  caseload: {
    path: 'caseloads/:mentorId',
    question: GetCaseload,
    of: [mentor],
    views: [caseloads, mentors, pupils],
  },
  phaseProgress: {
    path: 'phase-progress',
    question: GetPhaseProgress,
    views: [phaseProgress, programmes, schools, mentors],
  },
  kpis: { path: 'kpis', question: GetKpis, views: [regionalKpis, programmes, schools, mentors] },
  attendance: {
    path: 'attendance',
    question: GetAttendance,
    views: [attendance, attendanceHistory, schools],
  },
  imports: { path: 'imports', question: ListImports, views: [importReports] },
  import: { path: 'imports/:id', question: GetImport, of: [imports], views: [importReports] },
  rows: { path: 'imports/:id/rows', question: ListRows, of: [imports], views: [] },
  row: { path: 'views/:view/:key', question: GetRow, of: [view, row], views: [], problems: [503] },
} satisfies Record<string, QueryRoute>;
