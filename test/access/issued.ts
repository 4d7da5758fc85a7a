import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { pino } from 'pino';
import { valid } from '@waymark/core/fields';
import { byToken, type Issuer } from '@waymark/governance/access';
import { AssignRole, RegisterPerson } from '@waymark/modules/people';
import { acceptedTokens, Platform } from '@waymark/platform';
import { startTelemetry } from '@waymark/telemetry';
import { createApp as createApi } from '../../apps/api/app.module';
import { logIssuer } from '../../apps/shared/program';
import { type createApp as createWorker } from '../../apps/worker/app.module';
import { type Raw, raw, type RawAnswer } from '../api/client';
import { SUBJECT, type TestIssuer } from '../support/issuer/issuer';
import { afterwards, temporaryDirectory } from '../support/stores';
import { type Metrics, metricsIn } from '../telemetry/observed';

export interface IssuedApi {
  readonly platform: Platform;
  /** The lines of the log, parsed. */
  readonly logged: () => Readonly<Record<string, unknown>>[];
  /** Send a request, with a token if there is one. */
  readonly send: (token: string | undefined, request?: Partial<Raw>) => Promise<RawAnswer>;
  readonly ready: () => Promise<{ readonly status: number; readonly body: Ready }>;
  readonly metrics: (token: string) => Promise<Metrics>;
}

interface Ready {
  readonly status: string;
  readonly details: Readonly<Record<string, { readonly status: string; readonly message?: string }>>;
}

/** The settings of a service that accepts the tokens of an issuer. */
export const settingsOf = ({ url, jwks }: TestIssuer): Issuer => ({ issuer: url, audience: 'waymark', jwks });

/** A program that accepts an issuer's tokens, as `main` starts it. The issuer's own client may do everything. */
export async function issued(
  issuer: Issuer,
  { create = createApi, data = temporaryDirectory() }: { create?: typeof createWorker; data?: string } = {},
): Promise<IssuedApi> {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const telemetry = startTelemetry({ service: 'waymark-api', instance: 'under-test' });
  const platform = await Platform.open({ data });
  const accepted = acceptedTokens({ issuer, data, production: true }, (fault) => logIssuer(log, fault));
  accepted.issuer!.keepFresh();
  telemetry.observeIssuer(accepted.issuer!);
  const identify = byToken(accepted.verify, platform.people);
  const app = await create({ platform, identify, log, telemetry, issuer: accepted.issuer! });
  afterwards(async () => {
    accepted.issuer!.close();
    await app.close();
    await platform.close();
    await telemetry.shutdown();
  });
  await register(platform);
  await platform.settle();
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as { port: number };
  const url = `http://127.0.0.1:${String(port)}`;
  const send: IssuedApi['send'] = (token, request) =>
    raw(url, {
      path: '/v1/kpis?by=region',
      ...request,
      headers: { ...request?.headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    });
  return {
    ...{ platform, send },
    logged: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    ready: async () => {
      const { status, text } = await raw(url, { path: '/health/ready' });
      return { status, body: JSON.parse(text) as Ready };
    },
    metrics: async (token) => metricsIn((await send(token, { path: '/metrics' })).text),
  };
}

/** Register the issuer's client as a person with roles. */
async function register({ submitter }: Platform): Promise<void> {
  if ((await submitter.holder('subject', SUBJECT)) !== undefined) return;
  const id = randomUUID();
  const send = (command: object) => submitter.submit({ module: 'person', id, command, actor: 'office' });
  await send(valid(RegisterPerson, { subject: SUBJECT, name: 'A client' }));
  for (const role of ['operations', 'data-protection-officer'] as const)
    await send(valid(AssignRole, { assignment: randomUUID(), role, from: '2025-01-01' }));
}
