import type { View } from '@waymark/core/kernel';
import { attendance, attendanceHistory } from '@waymark/modules/attendance/views/registers';
import { importReports } from '@waymark/modules/imports/views/import-reports';
import { regionalKpis } from '@waymark/modules/insights/views/pupil-outcomes';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import { phaseProgress } from '@waymark/modules/journey/views/phase-progress';
import { mentors } from '@waymark/modules/mentor/views/mentors';
import { programmes } from '@waymark/modules/programme/views/programmes';
import { pupils } from '@waymark/modules/pupil/views/pupils';
import { schools } from '@waymark/modules/school/views/schools';

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
