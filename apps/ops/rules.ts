import { type Reach, type Principal } from '@waymark/core/access';
import type { Command } from 'commander';
import { Refusal } from '@waymark/core/kernel';
import { byToken, demandRights, localOperator, reachFor } from '@waymark/governance/access';
import { Platform, settingsFrom, verifierOf } from '@waymark/platform';

/** What each command of the command line does, as the table of rights names it: whoever adds one, adds it here. */
export const actions: Readonly<Record<string, string>> = {
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
 * Work on files and servers themselves, which whoever has their credentials can do by other means too: without a token it is
 * left to them, on any engine. Everything else asks the service's own roles.
 */
const onStores: ReadonlySet<string> = new Set([
  'BackUp',
  'CopyLog',
  'ManageKeys',
  'Restore',
  'SealLog',
  'VerifyLog',
]);

let acting: Reach | undefined;

/** How far whoever acts on the command line reaches for what the command does. */
export function reach(): Reach {
  if (!acting) throw new Error('nobody has said yet who acts');
  return acting;
}

/** Let nobody do what they may not. A command that does not say what it does keeps the program from starting. */
export function guard(program: Command): void {
  const lacking = leaves(program).filter((name) => !Object.hasOwn(actions, name));
  if (lacking.length > 0) throw new Error(`without a rule in apps/ops/rules.ts: ${lacking.join(', ')}`);
  demandRights(Object.values(actions));
  program.hook('preAction', async (_program, command) => {
    const action = actions[nameOf(command)]!;
    acting = reachFor(await whoActs(action), action);
  });
}

/**
 * Whom the token in WAYMARK_TOKEN is of; without one, whoever sits at the machine of the embedded default, or has the stores'
 * credentials. Refused as `TOKEN_MISSING`.
 */
async function whoActs(action: string): Promise<Principal> {
  const token = process.env['WAYMARK_TOKEN'];
  const settings = settingsFrom(process.env);
  if (token) return ofToken(token, settings);
  if (!onStores.has(action) && (settings.issuer || Object.keys(settings.engines).length > 0))
    throw new Refusal('TOKEN_MISSING', 'Set WAYMARK_TOKEN to an access token.', 'unauthenticated');
  return localOperator;
}

async function ofToken(token: string, settings: ReturnType<typeof settingsFrom>): Promise<Principal> {
  // Who somebody is stands in the log, whatever has become of the views.
  const platform = await Platform.open({ ...settings, work: false, otherViews: 'left' });
  try {
    return await byToken(verifierOf(settings), platform.people)(`Bearer ${token}`);
  } finally {
    await platform.close();
  }
}

/** Commands that do something, by their whole names. */
function leaves(command: Command): string[] {
  const own = command.parent && actionOf(command) ? [nameOf(command)] : [];
  return [...own, ...command.commands.flatMap(leaves)];
}

/** Commander keeps what a command does to itself. */
const actionOf = (command: Command): unknown =>
  (command as unknown as { readonly _actionHandler: unknown })._actionHandler;

const nameOf = (command: Command): string =>
  command.parent?.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
