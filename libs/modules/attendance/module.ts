import { recordingModule } from '@waymark/core/context';
import { scopesOfPupil } from '@waymark/modules/pupil/facts';
import { attendance } from './attendance';
import { attendanceHistory, attendance as registers } from './views/registers';

export const attendanceModule = recordingModule({
  domain: attendance,
  views: [registers, attendanceHistory],
  questions: [],
  // A register is kept under its pupil's id.
  scopes: scopesOfPupil,
  personalData: {
    holds: 'records',
    person: 'pupil',
    purpose: 'attendance',
    recordsOf: (pupil) => Promise.resolve([pupil]),
    retention: [
      {
        record: 'a pupil’s marks, without the person',
        kept: 'for as long as the log',
        source:
          'no personal data once the key is destroyed and nothing else leads back: to be confirmed by the controller',
      },
    ],
  },
});
