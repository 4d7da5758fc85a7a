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
} from '@waymark/views';
import {
  GetAttendance,
  GetCaseload,
  GetImport,
  GetJourney,
  GetKpis,
  GetPhaseProgress,
  GetTimeline,
  ListImports,
  ListRows,
} from './questions';

/** How a question is asked over HTTP. */
export interface QueryRoute<Answer = unknown> {
  readonly path: string;
  readonly question: Type<Query<Answer>>;
  /** Views that the answer is read from: they must be as far as the client has seen. None where it is the log itself. */
  readonly views: readonly RowSet[];
  /** What the id in the path is one of. */
  readonly of?: Pick<Module, 'name' | 'id'>;
}

/** Every question: whoever adds one, adds it here. */
export const queryRoutes = {
  journey: { path: 'journeys/:id', question: GetJourney, of: journey, views: [] },
  timeline: { path: 'journeys/:id/timeline', question: GetTimeline, of: journey, views: [] },
  caseload: {
    path: 'caseloads/:mentorId',
    question: GetCaseload,
    of: mentor,
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
  import: { path: 'imports/:id', question: GetImport, of: imports, views: [importReports] },
  rows: { path: 'imports/:id/rows', question: ListRows, of: imports, views: [] },
} satisfies Record<string, QueryRoute>;
