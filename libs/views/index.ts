import type { View } from '@waymark/kernel';
import { attendance, attendanceHistory } from './attendance';
import { caseloads } from './caseload';
import { mentors, programmes, pupils, schools } from './directory';
import { importReports } from './import-reports';
import { phaseProgress } from './phase-progress';
import { regionalKpis } from './regional-kpis';

/** Every view that is kept: whoever adds one, adds it here. */
export const views = [
  programmes,
  schools,
  mentors,
  pupils,
  caseloads,
  phaseProgress,
  regionalKpis,
  attendance,
  attendanceHistory,
  importReports,
] as unknown as readonly View[];

export * from './attendance';
export * from './caseload';
export * from './directory';
export * from './groups';
export * from './import-reports';
export * from './journey';
export * from './names';
export * from './phase-progress';
export * from './place';
export * from './published-rates';
export * from './pupil-timeline';
export * from './read';
export * from './regional-kpis';
export * from './without-upns';
