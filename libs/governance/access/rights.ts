import { type RecordingModule } from '@waymark/core/context';
import { type Principal, Reach, type Rules } from '@waymark/core/access';
import { type ActingRole, all, own, type Rights, type Role } from '@waymark/core/kernel';
import { governed } from '../governed';
import { questions } from '@waymark/modules';
import { caseworkers, everyone, identifiers, insiders, officer } from '@waymark/modules/shared/rights';
import { getMe } from './questions/get-me';
import { listReads } from './questions/list-reads';

const operators = all('operations', 'local-operator');
const exporters = {
  ...own('area-manager', 'regional-director', 'programme-administrator', 'evaluator'),
  ...all('data-protection-officer'),
};

/** The rights of actions that are not commands of a module, in groups. */
const others: Readonly<Record<string, Readonly<Record<string, Rights>>>> = {
  'uploads and exports': {
    SendFiles: {
      ...own('school-lead', 'area-manager', 'programme-administrator'),
      ...all('operations', 'local-operator'),
    },
    RequestExport: exporters,
    GetExport: exporters,
    GetExportFile: exporters,
  },
  'data protection': {
    ErasePerson: officer,
    SubjectAccess: officer,
    CheckCertificate: everyone,
  },
  operations: {
    GetRow: operators,
    ListJobs: operators,
    GetJob: operators,
    CancelJob: operators,
    RetryJob: operators,
    ListViews: operators,
    ListRebuilds: operators,
    StartRebuild: operators,
    ControlRebuild: operators,
    ListParked: operators,
    RetryParked: operators,
    SkipParked: operators,
    CheckRelease: operators,
    ReadMetrics: operators,
    CopyLog: operators,
    BackUp: operators,
    Restore: operators,
    VerifyLog: all('data-protection-officer', 'operations', 'local-operator'),
    SealLog: operators,
    ManageKeys: operators,
    IssueToken: all('local-operator'),
  },
  'personal data in answers': {
    SeeNames: {
      ...caseworkers,
      ...all('data-protection-officer'),
    },
    SeeUpns: {
      ...own('school-lead', 'area-manager', 'programme-administrator'),
      ...officer,
    },
    SeeRecording: identifiers,
    SeeSmallNumbers: identifiers,
    SeePupilsLeftOutOfResearch: insiders,
  },
};

/** The commands of a module that persons may send, each with its rights. */
const commandRights = ({ domain }: Pick<RecordingModule, 'domain'>): Record<string, Rights> =>
  Object.fromEntries(
    [...domain.handlers].flatMap(([name, { by }]) =>
      by === 'service' ? [] : [[domain.qualified(name), by] as const],
    ),
  );

/** All rights in groups: the commands of each module, the questions, then the others. */
export const rightsByGroup: Readonly<Record<string, Readonly<Record<string, Rights>>>> = {
  ...Object.fromEntries(
    [...governed.values()].map((module) => [`commands of ${module.domain.plural}`, commandRights(module)]),
  ),
  questions: Object.fromEntries([...questions, listReads, getMe].map(({ name, by }) => [name, by])),
  ...others,
};

/** The rights of every action by its name. */
export type RightsTable = ReadonlyMap<string, Rights>;

/** Merge the groups into one table. Throws if an action is in two groups. */
export function rightsTable(groups: typeof rightsByGroup): RightsTable {
  const rows = Object.values(groups).flatMap((group) => Object.entries(group));
  const table = new Map(rows);
  const twice = rows.map(([name]) => name).filter((name, at, names) => names.indexOf(name) !== at);
  if (twice.length > 0) throw new Error(`rights are declared twice: ${twice.join(', ')}`);
  return table;
}

export const rights: RightsTable = rightsTable(rightsByGroup);

/** The roles that each role may give and end. A role that is not listed may give any role. */
export const mayGive: Readonly<Partial<Record<ActingRole, readonly Role[]>>> = {
  'area-manager': ['mentor', 'school-lead'],
  'programme-administrator': ['mentor'],
};

/** Throws if an action that the service offers has no rights. */
export function demandRights(actions: Iterable<string>): void {
  const without = [...actions].filter((action) => !rights.has(action));
  if (without.length > 0) throw new Error(`no rights are declared for ${without.join(', ')}`);
}

/** The reach of a principal for an action. Throws `NOT_ALLOWED` if no role allows it anywhere. */
export const reachFor = (principal: Principal, action: string): Reach =>
  new Reach(principal, rulesFor(rights.get(action) ?? {}));

/** The rules for a request that principals with this right may make. */
export const rulesFor = (action: Rights): Rules => ({
  action,
  names: rights.get('SeeNames')!,
  upns: rights.get('SeeUpns')!,
  recording: rights.get('SeeRecording')!,
  leftOut: rights.get('SeePupilsLeftOutOfResearch')!,
  smallNumbers: rights.get('SeeSmallNumbers')!,
});
