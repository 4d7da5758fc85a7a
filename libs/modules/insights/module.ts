import { readingModule } from '@waymark/core/context';
import { getAttendance } from './questions/attendance';
import { getCaseload } from './questions/caseload';
import { listJourneys } from './questions/journeys';
import { getKpis } from './questions/kpis';
import { getMentor, listMentors } from './questions/mentors';
import { getPhaseProgress } from './questions/phase-progress';
import { listPupils } from './questions/pupils';
import { getReference } from './questions/reference';
import type { InsightSources } from './questions/sources';
import { getTimeline } from './questions/timeline';
import { pupilOutcomes } from './views/pupil-outcomes';

/** Views and questions over the events of several modules. */
export const insightsModule = readingModule<InsightSources>({
  views: [pupilOutcomes],
  questions: [
    getTimeline,
    getCaseload,
    getPhaseProgress,
    getKpis,
    getAttendance,
    getReference,
    listMentors,
    getMentor,
    listJourneys,
    listPupils,
  ],
});
