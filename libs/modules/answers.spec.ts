import { questions } from '@waymark/modules';

interface Described {
  readonly $id?: string;
  readonly description?: string;
}

/** A schema and all schemas inside it. */
const partsOf = (schema: unknown): readonly Described[] =>
  typeof schema === 'object' && schema !== null
    ? [schema, ...Object.values(schema as object).flatMap(partsOf)]
    : [];

const parts = questions.flatMap(({ schema }) => partsOf(schema));

describe('the answers of all questions', () => {
  // These are the names of the components in the OpenAPI document and of the types in clients.
  it('consist of schemas with these names', () => {
    const names = new Set(parts.flatMap(({ $id }) => ($id === undefined ? [] : [$id])));
    expect([...names].sort()).toEqual([
      'Area',
      'AttendanceTotals',
      'BarrierKind',
      'Caseload',
      'CaseloadEntry',
      'Dispute',
      'FileKind',
      'FileReport',
      'FollowUps',
      'GroupAttendance',
      'HeldSession',
      'Holder',
      'Import',
      'ImportReport',
      'Journey',
      'JourneyEntry',
      'JsonValue',
      'Kpis',
      'Mentor',
      'OtherSession',
      'Person',
      'PhaseProgress',
      'Programme',
      'PublishedRate',
      'Pupil',
      'PupilAttendance',
      'PupilEntry',
      'Reference',
      'Region',
      'RegisterReport',
      'RoleAssignment',
      'RowsOutcome',
      'School',
      'Timeline',
      'TimelineEntry',
    ]);
  });

  it('have full sentences as descriptions', () => {
    const descriptions = parts.flatMap(({ description }) =>
      typeof description === 'string' ? [description] : [],
    );
    expect(descriptions.filter((each) => !/^\S.* .*\.$/.test(each))).toEqual([]);
  });
});
