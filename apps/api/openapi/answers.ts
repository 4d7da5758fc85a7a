import type { queryRoutes } from '../queries/routes';

export interface Answered {
  readonly summary: string;
  readonly description?: string;
  readonly example: object;
}

const PUPIL = '0b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b10';
const JOURNEY = '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11';
const PERSON = '9e1d3c5b-7a2f-4e6d-8b0c-1f3a5d7e9b2c';
const SESSION = '8c1f6a2e-7b43-4f0e-9d55-1c2b3a4d5e6f';
const BARRIER = '5d0c2b1a-4e3f-4a6b-8c7d-9e0f1a2b3c4d';
const REFERRAL = '2e4d6c8b-1a3f-4b5c-9d7e-0f1a2b3c4d5e';
const IMPORT = 'c0a8b2f4-5d1e-4b7a-8f3c-2e9d6a1b7c50';
const COMMAND = '1f6f3c0e-6a3b-5d0a-9a55-0d7c1c1c8f10';

const phases = [
  'Trust and obstacles',
  'Goals and actions',
  'Action and support network',
  'Reintegration and self-reliance',
];

const caseloadRow = { pupil: PUPIL, programme: 'ampe-2025-11', mentor: 'M-890-1', phase: 2 };

const group = {
  possible: 7220,
  attended: 5918,
  authorised: 871,
  unauthorised: 431,
  notPossible: 180,
  noMark: 12,
  late: 144,
  absencePercent: 18.0332,
  pupils: 100,
  persistentPupils: 82,
  severePupils: 6,
  eligiblePupils: 76,
};

const file = {
  name: 'blackpool.csv',
  kind: 'registers',
  sha256: 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c',
  bytes: 412_338,
  encoding: 'utf-8',
  rows: 10_312,
  accepted: 10_240,
  repeated: 48,
  rejected: 24,
  rejectedBy: { UNKNOWN_PUPIL: 14, UNKNOWN_CODE: 10 },
  warnings: 0,
  warningsBy: {},
  noMark: 31,
  done: true,
};

const report = {
  id: IMPORT,
  state: 'finished',
  startedAt: '2026-02-16T08:30:00.000Z',
  finishedAt: '2026-02-16T08:30:21.418Z',
  startedBy: 'data-team',
  files: [file],
  followUps: { assessed: 100, eligible: 76, allocated: 71, notAllocated: { CASELOAD_FULL: 5 } },
};

/** What each question is for, and an answer as an example, which the answer's schema is read off. */
export const answers = {
  journey: {
    summary: 'A journey as it stands, or as it stood on a day and was known at a moment',
    description:
      'Its `ETag` is the revision that commands take as `If-Match`. With `asOf`, only what is about days up to that one, by all that is known: a session corrected to have been on a later day is not there, and an end that was taken back has not been. With `asKnownAt`, only what had been recorded by then, wrong as it may have been. With both, how it was believed then to have stood on that day. Such an answer says what it is for, and has no `ETag`; where the journey had not begun or was not known, it is `UNKNOWN_JOURNEY_THEN`.',
    example: {
      id: JOURNEY,
      asOf: '2025-12-01',
      asKnownAt: '2026-02-15T00:00:00.000Z',
      revision: 9,
      programme: 'ampe-2025-11',
      school: '990401',
      referredOn: '2025-09-19',
      phase: 1,
      eligible: true,
      consentOn: '2025-10-13',
      mentor: 'M-890-1',
      pupil: PUPIL,
      model: { version: 1, phases, sessionsPlanned: 12 },
      sessions: [
        {
          session: SESSION,
          outcome: 'held',
          on: '2025-11-03',
          mentor: 'M-890-1',
          minutes: 60,
          mode: 'IN_PERSON',
          place: 'SCHOOL',
          phase: 1,
        },
      ],
      barriers: [{ barrier: BARRIER, kind: 'TRANSPORT', severity: 2 }],
      support: [{ referral: REFERRAL, step: 'accepted' }],
    },
  },
  timeline: {
    summary: 'Everything that was recorded of a journey, its pupil and the register',
    description:
      'In the order in which it was recorded, with who did it and what it followed from. With `asOf` and `asKnownAt`, what the journey of that day and moment follows from; of the register, marks of days up to `asOf` that had come to us by `asKnownAt`.',
    example: {
      asOf: '2025-12-01',
      asKnownAt: '2026-02-15T00:00:00.000Z',
      items: [
        {
          position: 1042,
          id: '7d444840-9dc0-51d1-b245-5ffdce74fad2',
          type: 'ConsentGiven',
          schema: 1,
          stream: `journey-${JOURNEY}`,
          revision: 1,
          on: '2025-10-13',
          recordedAt: '2025-10-14T09:12:31.000Z',
          actor: 'mentor:M-890-1',
          correlation: COMMAND,
          causation: COMMAND,
          command: COMMAND,
          data: { on: '2025-10-13', by: 'PARENT' },
        },
      ],
      next: '1042',
    },
  },
  caseload: {
    summary: "A mentor's pupils",
    description:
      '`reminders` is what the mentor was reminded of last, as far as it still is to be done: planned sessions without an outcome, and journeys without a session for 14 days.',
    example: {
      mentor: 'M-890-1',
      name: 'Oscar Roberts',
      pupils: 24,
      reminders: {
        on: '2025-12-09',
        overdue: [{ journey: JOURNEY, session: SESSION, on: '2025-12-08' }],
        quiet: [JOURNEY],
      },
      items: [
        {
          journey: JOURNEY,
          pupil: PUPIL,
          name: 'Zara Farouk',
          school: '990401',
          yearGroup: 8,
          allocatedOn: '2025-10-27',
          phase: 2,
          phaseName: 'Goals and actions',
          sessionsHeld: 4,
          sessionsNotHeld: 1,
          sessionsPlanned: 12,
          lastSession: '2025-12-01',
          nextSession: '2025-12-08',
          baselineAbsencePercent: 21.0526,
          barriers: [{ barrier: BARRIER, kind: 'TRANSPORT', severity: 2 }],
          support: [{ referral: REFERRAL, service: 'Early Help', step: 'accepted' }],
        },
      ],
      next: JOURNEY,
    },
  },
  phaseProgress: {
    summary: 'How far pupils are, by programme, area, school or mentor',
    example: {
      items: [
        {
          key: 'blackpool',
          name: 'Blackpool',
          waiting: 29,
          completed: 18,
          ended: 3,
          phases: phases.map((name, index) => ({
            phase: index + 1,
            name,
            pupils: 15 - 2 * index,
            sessionsHeld: 210 - 40 * index,
          })),
        },
      ],
      next: 'blackpool',
    },
  },
  kpis: {
    summary: 'The funnel, sessions, and absence before and after, by region, area, school or mentor',
    description:
      'With `from` and `to`, only steps of the funnel and sessions of those days; the two windows stay the programme’s.',
    example: {
      items: [
        {
          key: 'North West',
          name: 'North West',
          referred: 100,
          eligible: 76,
          consented: 91,
          allocated: 71,
          started: 70,
          completed: 18,
          sessionsHeld: 600,
          sessionsNotHeld: 96,
          notHeld: { acceptable: 52, unacceptable: 30, logistics: 14 },
          minutesHeld: 34_210,
          baseline: group,
          followUp: { ...group, absencePercent: 14.2104 },
          changePoints: -3.8228,
          published: { localAuthority: null, region: { name: 'North West', absencePercent: 8.7126 } },
        },
      ],
      next: 'North West',
    },
  },
  attendance: {
    summary: 'Sessions and rates over a period, by pupil, school, area or region',
    description:
      'With `asKnownAt`, only what schools had recorded by then. Rows of pupils say `persistent` and `severe` instead of how many are.',
    example: { items: [{ key: 'blackpool', name: 'Blackpool', ...group }], next: 'blackpool' },
  },
  imports: { summary: 'All imports, the last one first', example: { items: [report], next: IMPORT } },
  import: {
    summary: 'What became of an import',
    description:
      '`registers` has the registers by their file’s name, each with its corrections. `interrupted` is there and true where the import failed again and again or was cancelled: it goes on when the job of the same id is tried again.',
    example: {
      ...report,
      registers: {
        blackpool: {
          rows: file.rows,
          accepted: file.accepted,
          repeated: file.repeated,
          rejected: file.rejected,
          rejectedBy: file.rejectedBy,
          noMark: file.noMark,
          corrections: 120,
        },
      },
    },
  },
  rows: {
    summary: 'The outcome of every row of an import',
    description:
      'Rows that follow on each other and fared alike are told once; warnings are outcomes of their own.',
    example: { items: [{ file: 'blackpool.csv', from: 1, to: 211, outcome: 'accepted' }], next: '1' },
  },
  pupil: {
    summary: 'A pupil, as far as you may know',
    description:
      'Names and date of birth where the pupil is yours to know by name. The number is masked, all but its end; with a `Waymark-Reason`, it is shown to those who may see it.',
    example: {
      id: PUPIL,
      school: '990401',
      forename: 'Zara',
      surname: 'Farouk',
      dateOfBirth: '2013-02-15',
      upn: '*001',
    },
  },
  person: {
    summary: 'Somebody who works with the service, and the roles they have been given',
    example: {
      id: PERSON,
      name: 'Priya Raman',
      assignments: [
        { assignment: BARRIER, role: 'mentor', mentor: 'M-890-1', from: '2025-11-03', until: '2025-12-19' },
      ],
    },
  },
  reads: {
    summary: 'Who saw a pupil’s records, or whose records somebody saw',
    description:
      'For the data protection officer. In the order in which they were seen; the log is gone through for it.',
    example: {
      items: [
        {
          at: '2025-11-03T16:00:00.000Z',
          reader: PERSON,
          what: 'GetJourney',
          pupil: PUPIL,
          reason: 'Attendance return for the local authority',
        },
      ],
      next: '100',
    },
  },
  row: {
    summary: "A view's row, folded anew from the log up to a position",
    description:
      'Beside it, as `served`, the row that queries are answered from; `equal` says whether it is the same, and is there where both are of one position. Reads the log through: for finding out what went wrong, not for every day. Views hold no names and no numbers.',
    example: {
      view: 'caseload',
      version: 1,
      key: JOURNEY,
      position: 1042,
      row: caseloadRow,
      events: 9,
      last: { id: '7d444840-9dc0-51d1-b245-5ffdce74fad2', type: 'SessionHeld', position: 1038 },
      served: { version: 1, generation: 1, position: 1042, row: caseloadRow },
      equal: true,
    },
  },
} satisfies Record<keyof typeof queryRoutes, Answered>;
