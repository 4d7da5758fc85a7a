import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import type { Logger } from 'pino';
import { redactUpns } from '@waymark/core/fields';
import type { Identify } from '@waymark/governance/access';
import { destroyErasedKeys, ERASURES } from '@waymark/governance/privacy';
import { Platform, type Settings, settingsFrom } from '@waymark/platform';
import { type Limits, openLimits } from '@waymark/platform';
import { startTelemetry, type Telemetry } from '@waymark/telemetry';
import { identityOf, LOCAL_ONLY } from './identity';
import { originsFrom, ratesFrom } from './limits';
import { createLog, type Role } from './log';

/** A process that serves HTTP over a platform until it is told to stop. */
export interface Program {
  readonly role: Role;
  /** Variables of the environment that say where it listens, the first that is there, and what holds without any. */
  readonly port: { readonly variables: readonly string[]; readonly otherwise: number };
  /** Settings that do not depend on the environment. */
  readonly settings?: Partial<Settings>;
  /** What is to be done before it serves. */
  readonly begin?: (platform: Platform) => Promise<void>;
  readonly app: (served: Served) => Promise<INestApplication>;
}

/** What a program's HTTP interface is made from. */
export interface Served {
  readonly platform: Platform;
  /** Says who asks. */
  readonly identify: Identify;
  readonly log: Logger;
  readonly telemetry?: Telemetry;
  /** How often anybody may ask; as often as they like, if left out. */
  readonly limits?: Limits;
  /** Other origins whose pages may ask: none, if left out. */
  readonly origins?: readonly string[];
}

/** How long what was begun may take to come to an end once the process is told to stop, in milliseconds. */
const GRACE = 25_000;

/** Run a program, and end the process with it: well where it was told to stop, else with a word on standard error. */
export function run(program: Program): void {
  serve(program).catch((error: unknown) => {
    process.stderr.write(`waymark: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}

async function serve({ role, port: where, settings, begin, app }: Program): Promise<void> {
  const host = process.env['HOST'] ?? '127.0.0.1';
  const port = portOf(where);
  const member = randomUUID();
  const log = createLog(role, member);
  const telemetry = startTelemetry({
    service: `waymark-${role}`,
    instance: member,
    onTrouble: (message) => log.warn({ event: 'telemetry.failed', reason: redactUpns(message) }),
  });
  const options = { ...settingsFrom(process.env), ...settings };
  const platform = await Platform.open({
    ...options,
    otherViews: 'anew',
    member,
    onFault: (what, reason, fault) => log.error({ ...fault, what, reason: redactUpns(reason) }),
    onNotice: (notice) => log.info(notice),
  });
  telemetry.observe(platform);
  // Whatever was restored: nobody reads what was erased.
  const cutOff = await destroyErasedKeys(platform);
  if (cutOff.length > 0) await platform.jobs.add({ kind: ERASURES, data: {} });
  await begin?.(platform);
  if (options.work) await platform.work();
  const { identify, local } = identityOf(platform, options, { host });
  const limits = await openLimits(ratesFrom(process.env), options.engines.jobs);
  const server = await app({ platform, identify, log, telemetry, limits, origins: originsFrom(process.env) });
  stopWhenTold(log, async () => {
    await server.close();
    await limits.close();
    await platform.close();
    await telemetry.shutdown();
  });
  await server.listen(port, host);
  const address = (server.getHttpServer() as Server).address();
  const url = `http://${host}:${String(typeof address === 'object' ? address?.port : port)}`;
  if (local) log.warn({ event: 'identity.local' }, LOCAL_ONLY);
  log.info(
    { event: 'process.serving', url, works: options.work, tokens: local ? 'local' : 'issuer' },
    'serving',
  );
}

/** Stop once, in order; told again, or where that takes too long, the process ends as it is. */
function stopWhenTold(log: Logger, stop: () => Promise<void>): void {
  const end = (code: number): void => log.flush(() => process.exit(code));
  const told = async (signal: NodeJS.Signals): Promise<void> => {
    log.info({ event: 'process.stopping', signal }, 'stopping');
    setTimeout(() => {
      log.error({ event: 'process.cut-off' }, 'what was begun did not come to an end in time');
      end(1);
    }, GRACE).unref();
    await stop();
    log.info({ event: 'process.stopped' }, 'stopped');
    end(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      told(signal).catch((error: unknown) => {
        log.error({ event: 'process.failed', reason: redactUpns(String(error)) }, 'could not stop');
        end(1);
      });
    });
  }
}

function portOf({ variables, otherwise }: Program['port']): number {
  const variable = variables.find((name) => process.env[name]);
  if (variable === undefined) return otherwise;
  const text = process.env[variable]!;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new Error(`${variable} must be a number from 0 to 65535`);
  return Number(text);
}
