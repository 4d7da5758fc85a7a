import { rowSetName } from '@waymark/core/kernel';
import { recordingModules, views } from '@waymark/modules';
import { barrierKinds } from '@waymark/modules/journey/barriers';

const domain = recordingModules.map((module) => module.domain);

// Logs, keys and rows are stored under these names. A change of a name needs a migration.
describe('stored names', () => {
  it('name streams after the module, and routes after its plural', () => {
    expect(domain.map(({ name, plural }) => [name, plural])).toEqual([
      ['programme', 'programmes'],
      ['school', 'schools'],
      ['mentor', 'mentors'],
      ['pupil', 'pupils'],
      ['journey', 'journeys'],
      ['attendance', 'attendance'],
      ['import', 'imports'],
      ['person', 'people'],
      ['dispute', 'disputes'],
    ]);
  });

  it('include these encrypted fields of events', () => {
    expect(Object.fromEntries(domain.flatMap(({ personal }) => [...personal]))).toEqual({
      MentorAppointed: ['name'],
      MentorDetailsChanged: ['name'],
      PupilRegistered: ['upn', 'forename', 'surname', 'dateOfBirth', 'sex'],
      UpnChanged: ['upn', 'former'],
      UpnReleased: ['upn'],
      PupilDetailsCorrected: ['forename', 'surname', 'dateOfBirth', 'sex', 'reason'],
      RectificationRefused: ['reason'],
      ProcessingRestricted: ['reason'],
      RestrictionLifted: ['reason'],
      ObjectionRaised: ['reason'],
      ObjectionDecided: ['reason'],
      LegalHoldPlaced: ['reason'],
      ErasureRefused: ['reason'],
      ConsentWithdrawn: ['reason'],
      SessionRescheduled: ['reason'],
      SessionCorrected: ['reason'],
      SessionVoided: ['reason'],
      BarrierFound: ['text'],
      ReferralMade: ['service', 'overrideReason'],
      ReferralDeclined: ['reason'],
      SupportFinished: ['outcome'],
      ReferralWithdrawn: ['reason'],
      JourneyEnded: ['reason'],
      JourneyReopened: ['reason'],
      PersonRegistered: ['subject', 'name'],
      'disputes.ValueContested': ['reason'],
      'disputes.DisputeRejected': ['reason'],
      'disputes.DisputeUpheld': ['reason'],
    });
  });

  // The version must increase if the same events lead to other rows.
  it('include these views with their versions and index fields', () => {
    expect(views.map((view) => [rowSetName(view), ...view.indexes])).toEqual([
      ['programmes@1'],
      ['schools@1', 'area'],
      ['mentors@2', 'school'],
      ['pupils@2'],
      ['caseload@3', 'mentor', 'programme'],
      ['phase-progress@1'],
      ['regional-kpis@1'],
      ['attendance@1'],
      ['attendance-history@1'],
      ['imports@2', 'state'],
      ['people@1'],
      ['disputes.disputes@1', 'state'],
    ]);
  });
});

describe('the vocabulary of barriers', () => {
  // Events contain these values. Values may be added but not removed.
  it('has these kinds', () => {
    expect(barrierKinds).toEqual([
      'EBSA_ANXIETY',
      'LOW_MOOD',
      'SELF_ESTEEM',
      'TRAUMA_BEREAVEMENT',
      'PHYSICAL_ILLNESS',
      'SLEEP_ROUTINE',
      'SEND_UNMET',
      'NEURODIVERGENCE',
      'AWAITING_ASSESSMENT',
      'DISENGAGED',
      'BEHIND_IN_LEARNING',
      'ATTITUDE',
      'TRUANCY',
      'BULLYING',
      'PEER_ISOLATION',
      'UNSAFE_JOURNEY',
      'EXPLOITATION_RISK',
      'STAFF_RELATIONSHIP',
      'SENSORY_ENVIRONMENT',
      'TRANSITION',
      'SUSPENSION_EFFECT',
      'YOUNG_CARER',
      'PARENT_MENTAL_HEALTH',
      'PARENT_PHYSICAL_HEALTH',
      'FAMILY_CONFLICT',
      'PARENT_WORK_PATTERN',
      'PARENT_CONDONED',
      'ROUTINES',
      'COST_OF_LIVING',
      'UNIFORM_FOOD',
      'HOUSING',
      'TRANSPORT',
      'DIGITAL',
      'OTHER',
      'NOT_YET_KNOWN',
    ]);
  });
});

describe('commands that a restriction or an erasure does not stop', () => {
  it('are these', () => {
    const despite = domain
      .flatMap(({ handlers }) => [...handlers])
      .map(([name, handler]) => [name, handler.despite]);
    expect(despite.filter(([, each]) => each !== undefined)).toEqual([
      ['WithdrawConsent', 'restriction'],
      ['EndJourney', 'restriction'],
      ['StopJourney', 'erasure'],
      ['CloseDispute', 'erasure'],
    ]);
  });
});

describe('commands that create a stream', () => {
  it('are these', () => {
    const handlers = domain.flatMap(({ handlers: each }) => [...each]);
    expect(handlers.flatMap(([name, { creates }]) => (creates ? [name] : []))).toEqual([
      'DefineProgramme',
      'RegisterSchool',
      'AppointMentor',
      'RegisterPupil',
      'ReleaseUpn',
      'ConfirmUpnRelease',
      'ReferPupil',
      'RecordAttendance',
      'StartImport',
      'RegisterPerson',
      'ContestUpn',
    ]);
  });
});

describe('commands without a route', () => {
  it('are those that only the service sends', () => {
    expect(domain.flatMap(({ internal }) => [...internal])).toEqual([
      'ReleasePlace',
      'RemindMentor',
      'EraseMentor',
      'CompleteMentorErasure',
      'ReleaseUpn',
      'ConfirmUpnRelease',
      'ErasePupil',
      'CompleteErasure',
      'ConfirmAllocation',
      'StopJourney',
      'StartImport',
      'RecordRows',
      'FinishFile',
      'RecordFollowUps',
      'FinishImport',
      'ErasePerson',
      'CompletePersonErasure',
      'CloseDispute',
    ]);
  });
});
