import { randomUUID } from 'node:crypto';
import { Command, Option } from 'commander';
import { holdsOn, scopeIn } from '@waymark/core/access';
import { valid } from '@waymark/core/fields';
import { Refusal, streamId, type Scope, type Role, roles } from '@waymark/core/kernel';
import { signToken } from '@waymark/governance/access';
import { AssignRole, type Person, RegisterPerson } from '@waymark/modules/people';
import { localTokenKey, type Platform, settingsFrom } from '@waymark/platform';
import { idlePlatform } from '../open';
import { print } from '../output';
import { reach } from '../rules';

interface Flags extends Scope {
  readonly role: Role;
  readonly subject: string;
  readonly until?: string;
  readonly hours: string;
}

const SECONDS = 3_600;

export const token = new Command('token')
  .description(
    'a token for development, signed by this machine: for somebody with a role, who is made known where nobody is; refused where there is an issuer or an engine',
  )
  .addOption(new Option('--role <role>').choices(roles).makeOptionMandatory())
  .requiredOption('--subject <subject>', 'who: any name')
  .option('--mentor <id>', 'whose caseload the role is over')
  .option('--school <urn>', 'the school that it is over')
  .option('--area <id>', 'the area that it is over')
  .option('--region <name>', 'the region that it is over')
  .option('--programme <id>', 'the programme that it is over')
  .option('--until <day>', 'the last day of the role')
  .option('--hours <number>', 'how long the token is good for', '8')
  .action(async ({ role, subject, until, hours, ...over }: Flags) => {
    const { data, engines, issuer } = settingsFrom(process.env);
    if (issuer || Object.keys(engines).length > 0 || process.env['NODE_ENV'] === 'production')
      throw new Refusal(
        'NO_LOCAL_TOKENS',
        'Tokens of this machine are for development on the embedded default. Ask the issuer for one.',
      );
    const seconds = Math.round(Number(hours) * SECONDS);
    if (!(seconds >= 1 && seconds <= 720 * SECONDS))
      throw new Refusal('WRONG_HOURS', 'A token can be good for up to 720 hours.', 'invalid');
    await idlePlatform(async (platform) => {
      await give(platform, subject, { role, ...scopeIn(over), ...(until !== undefined && { until }) });
      print(await signToken(localTokenKey(data), subject, seconds));
    });
  });

/** See to it that there is somebody with a subject who has a role today. */
async function give(
  platform: Platform,
  subject: string,
  wanted: Scope & { readonly role: Role; readonly until?: string },
): Promise<void> {
  const { submitter } = platform;
  const today = platform.now().slice(0, 10);
  const holder = await submitter.holder('subject', subject);
  const id = holder === undefined ? randomUUID() : streamId(holder);
  const send = (command: object): Promise<unknown> =>
    submitter.submit({ module: 'person', id, command, actor: reach().principal.id });
  const { known, assignments } = (await submitter.load('person', id)).state as Person;
  if (!known) await send(valid(RegisterPerson, { subject, name: subject }));
  const has = Object.values(assignments).some(
    (held) =>
      held.role === wanted.role &&
      holdsOn(today, held) &&
      JSON.stringify(scopeIn(held)) === JSON.stringify(scopeIn(wanted)),
  );
  if (!has) await send(valid(AssignRole, { assignment: randomUUID(), from: today, ...wanted }));
}
