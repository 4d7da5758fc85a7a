import { recordingModule } from '@waymark/core/context';
import { scopesOfPupil } from '@waymark/modules/pupil/facts';
import { courseAttendance } from './attendance';
import { course } from './course';
import { getCourse } from './get-course';

export const trainingModule = recordingModule({
  domain: course,
  views: [courseAttendance],
  questions: [getCourse],
  scopes: scopesOfPupil,
  personalData: {
    holds: 'records',
    person: 'pupil',
    purpose: 'mentoring',
    recordsOf: (pupil) => Promise.resolve([pupil]),
    retention: [],
  },
});
