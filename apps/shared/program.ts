import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { parseArgs } from 'node:util';
import type { INestApplication } from '@nestjs/common';
import type { Logger } from 'pino';
import { redactUpns } from '@waymark/core/fields';
import { Refusal } from '@waymark/core/kernel';
import { byToken, type Identify, type IssuerFault } from '@waymark/governance/access';
import { destroyErasedKeys, ERASURES } from '@waymark/governance/privacy';
import {
  type AcceptedTokens,
  acceptedTokens,
  demandDataFolder,
  type Limits,
  openLimits,
  Platform,
  type Settings,
  settingsFrom,
} from '@waymark/platform';
import { startTelemetry, type Telemetry } from '@waymark/telemetry';
import { demandIssuerOf, LOCAL_TOKENS_WARNING } from './identity';
import { originsFrom, ratesFrom } from './http-settings';
import { createLog, exitAfterLog, type Role } from './log';

/** A program that serves HTTP on top of a platform until it gets a signal to stop. */
export interface Program {
  readonly role: Role;
  /** Environment variables of the port, of which the first that is set counts, and the default. */
  readonly port: { readonly variables: readonly string[]; readonly fallback: number };
  /** Settings that do not depend on the environment. */
  readonly settings?: Partial<Settings>;
  /** What each option of the command line makes the program do before it listens. */
  readonly options?: Readonly<Record<string, (platform: Platform) => Promise<void>>>;
  readonly app: (served: ProgramContext) => Promise<INestApplication>;
}

/** What a program builds its HTTP interface from. */
export interface ProgramContext {
  readonly platform: Platform;
  /** Identifies the principal of a request. */
  readonly identify: Identify;
  /** The issuer of access tokens; absent if tokens are signed by this machine. */
  readonly issuer?: AcceptedTokens['issuer'];
  readonly log: Logger;
  readonly telemetry?: Telemetry;
  /** Rate limits. Without them, the number of requests is not limited. */
  readonly limits?: Limits;
  /** Origins whose pages may send cross-origin requests. Defaults to none. */
  readonly origins?: readonly string[];
}

/** Time that running work has to finish after a signal to stop, in milliseconds. */
const GRACE_MS = 25_000;

/** Run a program. Exits with 0 after a signal to stop; prints the error and exits with 1 if the program cannot start. */
export function run(program: Program): void {
  process.umask(0o077); // only the owner may use the files that this process creates
  serve(program).catch((error: unknown) => {
    process.stderr.write(`waymark: ${startError(error)}\n`);
    process.exit(1);
  });
}

/** The text of an error at the start, with its code if it has one. */
function startError(error: unknown): string {
  if (error instanceof Refusal) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

async function serve(program: Program): Promise<void> {
  const { role, port: where, settings, options: offered = {}, app } = program;
  const chosen = optionsIn(process.argv.slice(2), Object.keys(offered));
  const host = process.env['HOST'] ?? '127.0.0.1';
  const port = portOf(where);
  const member = randomUUID();
  const log = createLog(role, member);
  const telemetry = startTelemetry({
    service: `waymark-${role}`,
    instance: member,
    onWarning: (message) => log.warn({ event: 'telemetry.failed', reason: redactUpns(message) }),
  });
  const options = { ...settingsFrom(process.env), ...settings };
  demandIssuerOf(options, { host });
  demandDataFolder(options);
  const platform = await Platform.open({
    ...options,
    incompatibleViews: 'rebuild',
    member,
    onFault: (what, reason, fault) => log.error({ ...fault, what, reason: redactUpns(reason) }),
    onNotice: (notice) => log.info(notice),
  });
  telemetry.observe(platform);
  // A restored backup may bring back keys of erased people: destroy them before anything is served.
  const restored = await destroyErasedKeys(platform);
  if (restored.length > 0) await platform.jobs.add({ kind: ERASURES, data: {} });
  for (const name of chosen) await offered[name]!(platform);
  if (options.work) await platform.work();
  const { verify, issuer } = acceptedTokens(options, (fault) => logIssuer(log, fault));
  issuer?.keepFresh();
  if (issuer) telemetry.observeIssuer(issuer);
  const limits = await openLimits(ratesFrom(process.env), options.engines.jobs);
  const server = await app({
    ...{ platform, log, telemetry, limits, origins: originsFrom(process.env) },
    identify: byToken(verify, platform.people),
    ...(issuer && { issuer }),
  });
  stopOnSignal(log, async () => {
    await server.close();
    issuer?.close();
    await limits.close();
    await platform.close();
    await telemetry.shutdown();
  });
  await server.listen(port, host);
  const address = (server.getHttpServer() as Server).address();
  const url = `http://${host}:${String(typeof address === 'object' ? address?.port : port)}`;
  if (!issuer) log.warn({ event: 'identity.local' }, LOCAL_TOKENS_WARNING);
  log.info(
    { event: 'process.serving', url, works: options.work, tokens: issuer ? 'issuer' : 'local' },
    'serving',
  );
}

/** Log that the issuer stopped answering, with the fault, or that it answers again. */
export function logIssuer(log: Logger, fault: IssuerFault | undefined): void {
  if (fault)
    log.error({ event: 'issuer.unreachable', ...fault }, 'the issuer of access tokens does not answer');
  else log.info({ event: 'issuer.answers' }, 'the issuer of access tokens answers again');
}

/** Stop in order on the first signal. A second signal, or work that takes too long, ends the process at once. */
function stopOnSignal(log: Logger, stop: () => Promise<void>): void {
  const onSignal = async (signal: NodeJS.Signals): Promise<void> => {
    log.info({ event: 'process.stopping', signal }, 'stopping');
    setTimeout(() => {
      log.error({ event: 'process.cut-off' }, 'running work did not finish in time');
      exitAfterLog(1);
    }, GRACE_MS).unref();
    await stop();
    log.info({ event: 'process.stopped' }, 'stopped');
    exitAfterLog(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      onSignal(signal).catch((error: unknown) => {
        log.error({ event: 'process.failed', reason: redactUpns(String(error)) }, 'could not stop');
        exitAfterLog(1);
      });
    });
  }
}

/** The options on a command line, of those that the program has. Throws if there is anything else. */
function optionsIn(args: readonly string[], names: readonly string[]): string[] {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'boolean' }] as const));
  return Object.keys(parseArgs({ args: [...args], options }).values);
}

function portOf({ variables, fallback }: Program['port']): number {
  const variable = variables.find((name) => process.env[name]);
  if (variable === undefined) return fallback;
  const text = process.env[variable]!;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new Error(`${variable} must be a number from 0 to 65535`);
  return Number(text);
}
