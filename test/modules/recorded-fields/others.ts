import fc from 'fast-check';
import { model, programmeFacts, SCHOOL } from '../../support/given';
import { harbourAcademy } from '../../support/made-up';
import { type Fields, isOf, type Sendings } from './table';
import { maybe, oneOf, programmes, schools } from './values';

export const schoolSendings: Sendings = {
  first: [],
  commands: {
    RegisterSchool: {
      body: {
        ...Object.fromEntries(Object.entries(harbourAcademy).map(([name, value]) => [name, oneOf(value)])),
        name: oneOf('Blackpool Harbour Academy', 'Harbour Academy'),
        area: oneOf('Blackpool', 'West Somerset'),
        predecessor: maybe(schools),
      },
      events: ['SchoolRegistered', 'SchoolDetailsChanged'],
      reads: { area: ({ areaName }) => areaName },
    },
    JoinProgramme: {
      body: { programme: programmes },
      after: ['RegisterSchool'],
      events: ['SchoolJoinedProgramme'],
      about: ['programme'],
      undoneBy: isOf('programme', 'SchoolLeftProgramme'),
    },
    LeaveProgramme: {
      body: { programme: programmes },
      after: ['RegisterSchool', 'JoinProgramme'],
      events: ['SchoolLeftProgramme'],
      about: ['programme'],
      undoneBy: isOf('programme', 'SchoolJoinedProgramme'),
    },
  },
};

const period = { from: '2025-09-03', to: '2025-12-19' };
const closures = [{ on: '2025-10-27' }, { on: '2025-11-28' }];

export const programmeSendings: Sendings = {
  first: [],
  commands: {
    DefineProgramme: {
      body: {
        name: oneOf('Pilot', 'Pilot 2025/26'),
        baseline: oneOf(programmeFacts.baseline),
        followUp: oneOf(programmeFacts.followUp),
        terms: maybe(oneOf([period])),
        closures: maybe(oneOf(closures, closures.slice(1))),
        eligibility: oneOf(programmeFacts.eligibility),
        caseloadCap: oneOf(20, 25),
        deliveryModel: oneOf(model, { ...model, weeks: 10 }, { ...model, version: 2, weeks: 10 }),
      },
      events: ['ProgrammeDefined', 'ProgrammeRevised'],
      reads: { closures: ({ closures: closed }) => (closed as readonly string[]).map((on) => ({ on })) },
    },
  },
};

const marks = fc.uniqueArray(
  fc.record({
    on: oneOf('2025-09-08', '2025-09-09', '2025-09-15'),
    am: oneOf('/', 'I', '-'),
    pm: oneOf('\\', 'I', '-'),
    at: oneOf('2025-10-01T16:00:00Z', '2025-10-02T16:00:00Z'),
  }),
  { selector: ({ on, at }) => `${on} ${at}`, minLength: 1, maxLength: 3 },
);

/** The marks of an event that are also in the command. */
const broughtBy = (data: Fields, body: Fields): unknown[] => {
  const had = (data['marks'] as readonly Fields[]).map(({ on, am, pm, at }) =>
    JSON.stringify({ on, am, pm, at }),
  );
  return (body['marks'] as readonly Fields[]).filter((mark) => had.includes(JSON.stringify(mark)));
};

export const attendanceSendings: Sendings = {
  first: [],
  commands: {
    RecordAttendance: {
      body: { school: oneOf(SCHOOL), marks },
      events: ['AttendanceRecorded'],
      // Each week has its own event, and a known mark is not recorded again, so each mark is looked up separately.
      reads: { marks: broughtBy },
    },
  },
};

const file = {
  ...{ name: 'norwich.csv', kind: 'registers', encoding: 'utf-8', bytes: 1024 },
  sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
};
const files = [file, { ...file, name: 'walsall.csv' }];
const followUps = { assessed: 3, eligible: 2, allocated: 1, notAllocated: {} };
const numbers = oneOf(0, 1);

export const importSendings: Sendings = {
  first: ['StartImport'],
  commands: {
    StartImport: { body: { files: oneOf(files, [...files].reverse()) }, events: ['ImportStarted'] },
    RecordRows: {
      body: {
        file: numbers,
        outcomes: fc.tuple(oneOf(1, 6), oneOf(5, 10), oneOf('accepted', 'repeated')).map((run) => [run]),
        warnings: oneOf([], [[1, 'LATER_THAN_PLANNED']]),
        noMark: oneOf(0, 1),
      },
      events: ['RowsImported'],
      about: ['file'],
    },
    FinishFile: { body: { file: numbers }, events: ['FileImported'], about: ['file'] },
    RecordFollowUps: {
      body: { followUps: oneOf(followUps, { ...followUps, assessed: 4 }) },
      events: ['ImportFollowedUp'],
      reads: { followUps: (data) => data },
    },
    FinishImport: { body: {}, events: ['ImportFinished'] },
  },
};
