import type { Command } from 'commander';
import type { Principal, Reach } from '@waymark/core/access';
import { Refusal } from '@waymark/core/kernel';
import { byToken, demandRights, localOperator, reachFor } from '@waymark/governance/access';
import { acceptedTokens, Platform, settingsFrom } from '@waymark/platform';
import { nameOf, withSubcommands } from './command-names';
import { printTightened } from './open';

/** The action in the table of rights that each command needs. Add every new command here. */
export const commandActions: Readonly<Record<string, string>> = {
  import: 'SendFiles',
  attendance: 'GetAttendance',
  kpis: 'GetKpis',
  journey: 'GetJourney',
  timeline: 'GetTimeline',
  token: 'IssueToken',
  views: 'ListViews',
  'views drop': 'ControlRebuild',
  'rebuild start': 'StartRebuild',
  'rebuild watch': 'StartRebuild',
  'rebuild resume': 'ControlRebuild',
  'rebuild pause': 'ControlRebuild',
  'rebuild cancel': 'ControlRebuild',
  'rebuild switch': 'ControlRebuild',
  'rebuild switch-back': 'ControlRebuild',
  'rebuild retire': 'ControlRebuild',
  parked: 'ListParked',
  'parked retry': 'RetryParked',
  'parked skip': 'SkipParked',
  row: 'GetRow',
  check: 'CheckRelease',
  copy: 'CopyLog',
  backup: 'BackUp',
  'backup verify': 'BackUp',
  restore: 'Restore',
  seal: 'SealLog',
  verify: 'VerifyLog',
  erase: 'ErasePerson',
  'erasures list': 'ErasePerson',
  'erasures apply': 'ErasePerson',
  certificate: 'CheckCertificate',
  retention: 'ErasePerson',
  'subject-access': 'SubjectAccess',
  'keys status': 'ManageKeys',
  'keys rotate': 'ManageKeys',
};

/**
 * Actions that work directly on files and servers. Anyone with the credentials of these could do the same by other means, so
 * these actions need no token, on any engine. All other actions need a role.
 */
const credentialActions: ReadonlySet<string> = new Set([
  'BackUp',
  'CopyLog',
  'ManageKeys',
  'Restore',
  'SealLog',
  'VerifyLog',
]);

let current: Reach | undefined;

/** The reach of the current principal for the current command. */
export function reach(): Reach {
  if (!current) throw new Error('reach() was called before the rights of the command were checked');
  return current;
}

/** The same reach, without the pupils who are left out of research where the principal's role requires it. */
export const reachIn = async ({ leftOut }: Platform): Promise<Reach> =>
  reach().without(await leftOut.records());

/** Check the principal's rights before each command. Throws if a command has no action, so that the program does not start. */
export function checkRights(program: Command): void {
  const missing = executableCommands(program).filter((name) => !Object.hasOwn(commandActions, name));
  if (missing.length > 0)
    throw new Error(`no action is listed in apps/ops/rights.ts for: ${missing.join(', ')}`);
  demandRights(Object.values(commandActions));
  program.hook('preAction', async (_program, command) => {
    const action = commandActions[nameOf(command)]!;
    current = reachFor(await identifyPrincipal(action), action);
  });
}

/**
 * The principal of the token in WAYMARK_TOKEN. Without a token it is the local operator, if all stores are embedded and there
 * is no issuer, or if the action needs only credentials. Throws `TOKEN_MISSING` otherwise.
 */
async function identifyPrincipal(action: string): Promise<Principal> {
  const token = process.env['WAYMARK_TOKEN'];
  const settings = settingsFrom(process.env);
  if (token) return principalOfToken(token, settings);
  if (!credentialActions.has(action) && (settings.issuer || Object.keys(settings.engines).length > 0))
    throw new Refusal('TOKEN_MISSING', 'Set WAYMARK_TOKEN to an access token.', 'unauthenticated');
  return localOperator;
}

async function principalOfToken(
  token: string,
  settings: ReturnType<typeof settingsFrom>,
): Promise<Principal> {
  const { verify } = acceptedTokens(settings);
  // People are read from the log: views in another release's format do not matter.
  const platform = await Platform.open({
    ...settings,
    ...{ work: false, incompatibleViews: 'ignore', onNotice: printTightened },
  });
  try {
    return await byToken(verify, platform.people)(`Bearer ${token}`);
  } finally {
    await platform.close();
  }
}

/** Full names of the commands that have an action. */
const executableCommands = (program: Command): string[] =>
  withSubcommands(program)
    .filter((command) => command.parent && actionOf(command))
    .map(nameOf);

/** Commander has no public way to ask whether a command has an action. */
const actionOf = (command: Command): unknown =>
  (command as unknown as { readonly _actionHandler: unknown })._actionHandler;
