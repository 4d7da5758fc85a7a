import type { Question } from '@waymark/core/questions';
import { getImport } from './imports/questions/get-import';
import { listImports } from './imports/questions/list-imports';
import { listRows } from './imports/questions/list-rows';
import { getAttendance } from './insights/questions/attendance';
import { getCaseload } from './insights/questions/caseload';
import { getKpis } from './insights/questions/kpis';
import { getPhaseProgress } from './insights/questions/phase-progress';
import type { InsightSources } from './insights/questions/sources';
import { getTimeline } from './insights/questions/timeline';
import { getJourney } from './journey/questions/get-journey';
import { getPerson } from './people/questions/get-person';
import { getPupil } from './pupil/questions/get-pupil';

/** Every question of the modules: a new one is added here. */
export const questions: readonly Question<InsightSources>[] = [
  getJourney,
  getTimeline,
  getPupil,
  getCaseload,
  getPhaseProgress,
  getKpis,
  getAttendance,
  listImports,
  getImport,
  listRows,
  getPerson,
];
