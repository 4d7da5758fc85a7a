import { recordingModule } from '@waymark/core/context';
import { scopesOfPupil } from '@waymark/modules/pupil/facts';
import { attendance } from './attendance';
import { attendanceHistory, attendance as registers } from './views/registers';

export const attendanceModule = recordingModule({
  domain: attendance,
  views: [registers, attendanceHistory],
  questions: [],
  // A register has the id of its pupil.
  scopes: scopesOfPupil,
  personalData: {
    holds: 'records',
    person: 'pupil',
    purpose: 'attendance',
    recordsOf: (pupil) => Promise.resolve([pupil]),
    retention: [
      {
        record: 'a pupil’s marks, without the pupil’s identity',
        kept: 'as long as the log',
        source:
          'no longer personal data once the key is destroyed and nothing else identifies the pupil: to be confirmed by the controller',
      },
    ],
  },
});
