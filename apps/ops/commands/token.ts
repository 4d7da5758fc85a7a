import { randomUUID } from 'node:crypto';
import { Command, Option } from 'commander';
import { scopeIn } from '@waymark/core/access';
import { holdsOn, valid } from '@waymark/core/fields';
import { Refusal, streamId, type Scope, type Role, roles } from '@waymark/core/kernel';
import { demandThatExists, LOCAL_HOURS, signToken, permitFor } from '@waymark/governance/access';
import { AssignRole, type Person, RegisterPerson } from '@waymark/modules/people';
import { localTokenKey, type Platform, settingsFrom } from '@waymark/platform';
import { withPassivePlatform } from '../open';
import { recordedText } from '../options';
import { print } from '../output';
import { reach } from '../rights';

interface Flags extends Scope {
  readonly role: Role;
  readonly subject: string;
  readonly until?: string;
  readonly hours: string;
}

const SECONDS_PER_HOUR = 3_600;

export const token = new Command('token')
  .description(
    'print a development token signed by this machine, for a subject with a role; registers the person and assigns the role if necessary; refused if an issuer or a server is configured, and in production',
  )
  .addOption(new Option('--role <role>').choices(roles).makeOptionMandatory())
  .requiredOption('--subject <subject>', 'any name', recordedText)
  .option('--mentor <id>', 'mentor whose caseload is the scope of the role')
  .option('--school <urn>', 'school that is the scope of the role')
  .option('--area <id>', 'area that is the scope of the role')
  .option('--region <name>', 'region that is the scope of the role')
  .option('--programme <id>', 'programme that is the scope of the role')
  .option('--until <day>', 'last day of the role')
  .option('--hours <number>', `hours until the token expires, up to ${String(LOCAL_HOURS)}`, '8')
  .action(async ({ role, subject, until, hours, ...over }: Flags) => {
    const { data, engines, issuer, production } = settingsFrom(process.env);
    if (issuer || production || Object.keys(engines).length > 0)
      throw new Refusal(
        'NO_LOCAL_TOKENS',
        'This machine signs tokens only for development, with embedded stores, without an issuer, and not if NODE_ENV is production. Get a token from the issuer.',
      );
    const seconds = Math.round(Number(hours) * SECONDS_PER_HOUR);
    if (!(seconds >= 1 && seconds <= LOCAL_HOURS * SECONDS_PER_HOUR))
      throw new Refusal(
        'WRONG_HOURS',
        `The hours of a token must be a number greater than 0 and at most ${String(LOCAL_HOURS)}.`,
        'invalid',
      );
    await withPassivePlatform(async (platform) => {
      await ensureRole(platform, subject, { role, ...scopeIn(over), ...(until !== undefined && { until }) });
      print(await signToken(localTokenKey(data), subject, seconds));
    });
  });

/** Register a person with this subject if there is none, and assign the role if they do not hold it today. */
async function ensureRole(
  platform: Platform,
  subject: string,
  assignment: Scope & { readonly role: Role; readonly until?: string },
): Promise<void> {
  const { submitter, look } = platform;
  await demandThatExists(look, scopeIn(assignment));
  const today = platform.now().slice(0, 10);
  const holder = await submitter.holder('subject', subject);
  const id = holder === undefined ? randomUUID() : streamId(holder);
  const send = (command: object): Promise<unknown> =>
    submitter.submit({
      ...{ module: 'person', id, command, actor: reach().principal.id },
      permit: permitFor(look, reach().principal),
    });
  const { known, assignments } = (await submitter.load('person', id)).state as Person;
  if (!known) await send(valid(RegisterPerson, { subject, name: subject }));
  const has = Object.values(assignments).some(
    (held) =>
      held.role === assignment.role &&
      holdsOn(today, held) &&
      JSON.stringify(scopeIn(held)) === JSON.stringify(scopeIn(assignment)),
  );
  if (!has) await send(valid(AssignRole, { assignment: randomUUID(), from: today, ...assignment }));
}
