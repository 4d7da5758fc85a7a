import { mkdtempSync, rmSync } from 'node:fs';
import { request as ask, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplication } from '@nestjs/common';
import { pino } from 'pino';
import type request from 'supertest';
import { Platform, type PlatformOptions } from '@waymark/platform';
import { createApp } from '../../apps/api/app.module';
import { demandDocumented, documentedClient } from '../support/documented';
import { harbourAcademy } from '../support/made-up';
import { anybody, letAnybody } from '../support/readers';
import { afterwards, temporaryDirectory } from '../support/stores';

export interface Api {
  readonly app: INestApplication;
  readonly platform: Platform;
  /** The logged lines. */
  readonly logged: string[];
  /** A client of the running server. */
  readonly http: ReturnType<typeof request>;
  readonly url: string;
  /** Send a command. */
  readonly send: (path: string, body?: object, headers?: Record<string, string>) => request.Test;
  /** Send a query. With a position, wait until the views have reached it. */
  readonly get: (path: string, position?: number) => request.Test;
  readonly close: () => Promise<void>;
}

/** A server on its own folder. It is stopped after the test if the test has not done so. */
export async function serve(
  data = temporaryDirectory(),
  options: Partial<PlatformOptions> = {},
): Promise<Api> {
  const api = await start(data, options);
  afterwards(api.close);
  return api;
}

/** One server for all tests of a file or a describe block. */
export function serverOfAll(): () => Api {
  let api: Api;
  const data = mkdtempSync(join(tmpdir(), 'waymark-api-'));
  beforeAll(async () => {
    api = await start(data);
  });
  afterAll(async () => {
    await api.close();
    rmSync(data, { recursive: true });
  });
  return () => api;
}

/** A server on a folder, as `main` starts it. */
async function start(data: string, options: Partial<PlatformOptions> = {}): Promise<Api> {
  const logged: string[] = [];
  const platform = await Platform.open({ data, ...options });
  letAnybody(platform);
  if (options.work !== false) await platform.work();
  const app = await createApp({
    platform,
    identify: anybody,
    log: pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }),
  });
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as { port: number };
  const url = `http://127.0.0.1:${String(port)}`;
  const http = documentedClient(url);
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await app.close();
    await platform.close();
  };
  return {
    app,
    platform,
    logged,
    http,
    url,
    close,
    send: (path, body = {}, headers = {}) => http.post(`/v1/${path}`).set(headers).send(body),
    get: (path, position) => {
      const asked = http.get(`/v1/${path}`);
      return position === undefined
        ? asked
        : asked.set({ 'Waymark-Position': String(position), Prefer: 'wait=10' });
    },
  };
}

/** Some fields of each item of a list. */
export const picked = (list: unknown, ...fields: readonly string[]): unknown[][] =>
  (list as Record<string, unknown>[]).map((item) => fields.map((field) => item[field]));

export interface Raw {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}

/** Send a request unchanged, without a client library. Rejects if the answer does not match the OpenAPI document. */
export const raw = (url: string, { method = 'GET', path, headers = {}, body }: Raw): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = ask({ hostname, port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const [status, type] = [response.statusCode ?? 0, response.headers['content-type'] ?? ''];
        try {
          demandDocumented({ method, path, status, type, text });
          resolve({ status, headers: response.headers, text });
        } catch (error) {
          reject(error as Error);
        }
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });

/** Retry until the result is not undefined. Throws after a timeout. */
export async function eventually<T>(attempt: () => Promise<T | undefined>, seconds = 60): Promise<T> {
  for (const end = Date.now() + seconds * 1_000; ;) {
    const found = await attempt();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error('the expected result did not occur in time');
    await pause(50);
  }
}

export const PROGRAMME = 'ampe-2025-11';
export const SCHOOL = '990401';
export const MENTOR = 'M-890-1';
export const PUPIL = '0b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b10';
export const JOURNEY = '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11';
export const UPN = 'H801200001001';

const period = (from: string, to: string) => ({ from, to });

export const programme = {
  name: 'Attendance Mentoring Pilot Expansion 2025/26',
  baseline: period('2025-09-03', '2025-10-24'),
  followUp: period('2025-11-03', '2026-02-13'),
  eligibility: { minAbsencePercent: 10, maxAbsencePercentExclusive: 50 },
  caseloadCap: 25,
  deliveryModel: {
    version: 1,
    weeks: 12,
    sessionMinutes: 60,
    sessionsPerPhase: 3,
    phases: ['Trust and obstacles', 'Goals and actions', 'Action and support network', 'Reintegration'],
  },
};

export const school = harbourAcademy;

export const mentor = { name: 'Oscar Roberts', programme: PROGRAMME, school: SCHOOL, from: '2025-09-01' };

export const pupil = {
  upn: UPN,
  forename: 'Zara',
  surname: 'Farouk',
  dateOfBirth: '2013-02-15',
  sex: 'F',
  school: SCHOOL,
  schoolFrom: '2025-09-01',
};

export const referral = {
  pupil: PUPIL,
  programme: PROGRAMME,
  school: SCHOOL,
  on: '2025-09-19',
  yearGroup: 8,
};

/** Five days with ten sessions, three of them absent. */
export const marks = (
  [
    ['2025-09-03', '/', '\\'],
    ['2025-09-04', 'I', 'I'],
    ['2025-09-05', '/', 'O'],
    ['2025-09-08', '/', '\\'],
    ['2025-09-09', 'L', '\\'],
  ] as const
).map(([on, am, pm]) => ({ on, am, pm, at: `${on}T16:00:00Z` }));

/** Send all commands up to the allocation of a mentor. Returns the position in the last answer. */
export async function allocated({ send }: Api): Promise<number> {
  await send(`programmes/${PROGRAMME}/define-programme`, programme).expect(200);
  await send(`schools/${SCHOOL}/register-school`, school).expect(200);
  await send(`mentors/${MENTOR}/appoint-mentor`, mentor).expect(200);
  await send(`pupils/${PUPIL}/register-pupil`, pupil).expect(200);
  await send(`journeys/${JOURNEY}/refer-pupil`, referral).expect(200);
  await send(`journeys/${JOURNEY}/give-consent`, { on: '2025-10-13', by: 'PARENT' }).expect(200);
  await send(`attendance/${PUPIL}/record-attendance`, { school: SCHOOL, marks }).expect(200);
  await send(`journeys/${JOURNEY}/assess-eligibility`).expect(200);
  const { body } = await send(`mentors/${MENTOR}/allocate-pupil`, {
    journey: JOURNEY,
    on: '2025-10-27',
  }).expect(200);
  return body.position as number;
}
