import { type ActingRole, actingRoles, type Right, type Rights, type Role } from '@waymark/core/kernel';
import { Reach, type Principal } from '@waymark/core/access';

/** The table's columns, in their order. */
const columns: readonly ActingRole[] = actingRoles;

/**
 * What each role may do: every command by its name, every question, everything else that the service answers or the command
 * line does. `own` is what the role's assignment is over: a caseload, a school, an area, a region, a programme. What has no line
 * does not start.
 */
const table = `
                       mentor school area region programme evaluator dpo operations access local

  journeys and those who are on them
  ReferPupil             -     own   own   -      own       -        -      -         -     -
  GiveConsent            own   own   own   -      own       -        -      -         -     -
  WithdrawConsent        own   own   own   -      own       -        all    -         -     -
  AssessEligibility      -     own   own   -      own       -        -      -         -     -
  ScheduleSession        own   -     own   -      own       -        -      -         -     -
  RescheduleSession      own   -     own   -      own       -        -      -         -     -
  HoldSession            own   -     own   -      own       -        -      -         -     -
  MissSession            own   -     own   -      own       -        -      -         -     -
  CorrectSession         own   -     own   -      own       -        -      -         -     -
  VoidSession            own   -     own   -      own       -        -      -         -     -
  AdvancePhase           own   -     own   -      own       -        -      -         -     -
  RecordPhaseOutcome     own   -     own   -      own       -        -      -         -     -
  RecordBarrier          own   -     own   -      own       -        -      -         -     -
  ReassessBarrier        own   -     own   -      own       -        -      -         -     -
  DecideSafeguarding     -     own   own   -      own       -        -      -         -     -
  MakeReferral           own   -     own   -      own       -        -      -         -     -
  AcceptReferral         own   -     own   -      own       -        -      -         -     -
  DeclineReferral        own   -     own   -      own       -        -      -         -     -
  StartSupport           own   -     own   -      own       -        -      -         -     -
  FinishSupport          own   -     own   -      own       -        -      -         -     -
  WithdrawReferral       own   -     own   -      own       -        -      -         -     -
  CompleteJourney        own   -     own   -      own       -        -      -         -     -
  EndJourney             own   -     own   -      own       -        -      -         -     -
  ReopenJourney          -     -     own   -      own       -        -      -         -     -
  RegisterPupil          -     own   own   -      all       -        -      -         -     -
  ChangeUpn              -     own   own   -      own       -        -      -         -     -
  CorrectPupilDetails    -     own   own   -      own       -        all    -         -     -
  MoveSchool             -     own   own   -      own       -        -      -         -     -
  RecordAttendance       -     own   own   -      own       -        -      -         -     -

  programmes, schools, mentors
  DefineProgramme        -     -     -     -      own       -        -      -         -     -
  RegisterSchool         -     -     -     -      all       -        -      -         -     -
  AppointMentor          -     -     -     -      own       -        -      -         -     -
  AllocatePupil          -     -     own   -      own       -        -      -         -     -

  who works with the service
  RegisterPerson         -     -     all   -      all       -        -      -         all   all
  AssignRole             -     -     own   -      own       -        -      -         all   all
  EndRole                -     -     own   -      own       -        -      -         all   all
  LeavePerson            -     -     -     -      -         -        -      -         all   all
  GetPerson              -     -     -     -      -         -        all    -         all   all

  what people may ask for who are recorded, and what follows
  RefuseErasure          -     -     -     -      -         -        all    -         -     all
  RestrictProcessing     -     -     -     -      -         -        all    -         -     all
  LiftRestriction        -     -     -     -      -         -        all    -         -     all
  RaiseObjection         own   own   own   -      own       -        all    -         -     all
  DecideObjection        -     -     -     -      -         -        all    -         -     all
  RefuseRectification    -     -     -     -      -         -        all    -         -     all
  PlaceLegalHold         -     -     -     -      -         -        all    -         -     all
  LiftLegalHold          -     -     -     -      -         -        all    -         -     all
  ErasePerson            -     -     -     -      -         -        all    -         -     all
  SubjectAccess          -     -     -     -      -         -        all    -         -     all
  CheckCertificate       all   all   all   all    all       all      all    all       all   all

  questions
  GetJourney             own   own   own   own    own       own      all    -         -     all
  GetTimeline            own   own   own   own    own       own      all    -         -     all
  GetPupil               own   own   own   -      own       -        all    -         -     all
  GetCaseload            own   -     own   own    own       own      all    -         -     all
  GetPhaseProgress       own   own   own   own    own       own      all    all       -     all
  GetKpis                own   own   own   own    own       own      all    all       -     all
  GetAttendance          own   own   own   own    own       own      all    -         -     all
  ListReads              -     -     -     -      -         -        all    -         -     -

  files in and out
  SendFiles              -     -     -     -      all       -        -      -         -     all
  ListImports            -     -     -     -      all       -        all    all       -     all
  GetImport              -     -     -     -      all       -        all    all       -     all
  ListRows               -     -     -     -      all       -        all    all       -     all
  RequestExport          -     -     own   own    own       own      all    -         -     -
  GetExport              -     -     own   own    own       own      all    -         -     -
  GetExportFile          -     -     own   own    own       own      all    -         -     -

  running the service
  ListJobs               -     -     -     -      -         -        -      all       -     all
  GetJob                 -     -     -     -      -         -        -      all       -     all
  CancelJob              -     -     -     -      -         -        -      all       -     all
  RetryJob               -     -     -     -      -         -        -      all       -     all
  ListViews              -     -     -     -      -         -        -      all       -     all
  GetRow                 -     -     -     -      -         -        -      all       -     all
  ListRebuilds           -     -     -     -      -         -        -      all       -     all
  StartRebuild           -     -     -     -      -         -        -      all       -     all
  ControlRebuild         -     -     -     -      -         -        -      all       -     all
  ListParked             -     -     -     -      -         -        -      all       -     all
  RetryParked            -     -     -     -      -         -        -      all       -     all
  SkipParked             -     -     -     -      -         -        -      all       -     all
  CheckRelease           -     -     -     -      -         -        -      all       -     all
  ReadMetrics            -     -     -     -      -         -        -      all       -     all
  CopyLog                -     -     -     -      -         -        -      all       -     all
  BackUp                 -     -     -     -      -         -        -      all       -     all
  Restore                -     -     -     -      -         -        -      all       -     all
  VerifyLog              -     -     -     -      -         -        all    all       -     all
  SealLog                -     -     -     -      -         -        -      all       -     all
  ManageKeys             -     -     -     -      -         -        -      all       -     all
  IssueToken             -     -     -     -      -         -        -      -         -     all

  what of a pupil may be seen in the answers
  SeeNames               own   own   own   -      own       -        all    -         -     -
  SeeUpns                -     own   own   -      own       -        all    -         -     all
`;

/** Roles that each role may give and take back, to others. */
export const mayGive: Readonly<Partial<Record<ActingRole, readonly Role[]>>> = {
  'area-manager': ['mentor'],
  'programme-administrator': ['mentor', 'school-lead'],
};

/** The rights of every action by its name. */
export type RightsTable = ReadonlyMap<string, Rights>;

/** Read a table of rights. Throws where a line is none. */
export function readRights(text: string): RightsTable {
  const table = new Map<string, Rights>();
  for (const line of text.split('\n')) {
    const [action = '', ...cells] = line.trim().split(/\s+/);
    if (!/^[A-Z]/.test(action)) continue; // a heading, or the columns
    if (cells.length !== columns.length || !cells.every((cell) => ['-', 'own', 'all'].includes(cell)))
      throw new Error(`the rights of ${action} cannot be read`);
    if (table.has(action)) throw new Error(`${action} has two lines of rights`);
    table.set(
      action,
      Object.fromEntries(
        columns.flatMap((role, at) => (cells[at] === '-' ? [] : [[role, cells[at] as Right]])),
      ),
    );
  }
  return table;
}

export const rights: RightsTable = readRights(table);

/** Throw where something that is answered has no rule. */
export function demandRules(actions: Iterable<string>): void {
  const without = [...actions].filter((action) => !rights.has(action));
  if (without.length > 0) throw new Error(`without a rule in libs/access/rights.ts: ${without.join(', ')}`);
}

/** How far a principal's roles reach for an action. Refused as `NOT_ALLOWED` where none allows it anywhere. */
export const reachFor = (principal: Principal, action: string): Reach =>
  new Reach(principal, {
    action: rights.get(action) ?? {},
    names: rights.get('SeeNames')!,
    upns: rights.get('SeeUpns')!,
  });
