import type { Server } from 'node:http';
import { pino } from 'pino';
import type request from 'supertest';
import { idOf } from '../support/made-up';
import { sourceFiles } from '@waymark/core/imports';
import { every } from '@waymark/core/projections';
import { Importer } from '@waymark/modules/imports/importer';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import { views } from '@waymark/modules';
import { type Engines, packageFile, Platform } from '@waymark/platform';
import { createApp } from '../../apps/api/app.module';
import { still } from '../crash/moments';
import { documentedClient } from '../support/documented';
import { range } from '../support/events';
import { anybody } from '../support/readers';
import { temporaryDirectory } from '../support/stores';

/** The result of a programme: every row of every view, and the answers to queries, as JSON text with sorted keys. */
export interface Outcome {
  readonly views: Readonly<Record<string, string>>;
  readonly answers: Readonly<Record<string, string>>;
}

const IMPORT = '00000000-0000-4000-8000-000000000001';
/** Number of journeys that commands are sent to, spread over the whole sample. */
const COMMANDED = 15;
/** Number of journeys whose timelines are read. */
const READ = 40;

/**
 * Import the sample programme, send commands over HTTP, and read everything. The clock stands still and ids are derived from
 * the input, so that the result does not depend on chance, time or the stores.
 */
export async function wholeProgramme(engines: Engines): Promise<Outcome> {
  const data = temporaryDirectory();
  const platform = await Platform.open({ data, engines, clock: still, hashKey: Buffer.alloc(32, 7) });
  try {
    const files = await sourceFiles([packageFile('data', 'sample')]);
    await new Importer(platform, IMPORT, files, { actor: 'local-operator' }).run();
    await platform.settle();
    const app = await createApp({ platform, identify: anybody, log: pino({ level: 'silent' }) });
    try {
      await app.init();
      const http = documentedClient(app.getHttpServer() as Server);
      const journeys = await journeysOf(platform);
      for (const [n, { key, mentor }] of spread(journeys, COMMANDED).entries())
        await commands(http, n, key, mentor);
      await platform.settle();
      return { views: await rowsOf(platform), answers: await answersOf(http, spread(journeys, READ)) };
    } finally {
      await app.close();
    }
  } finally {
    await platform.close();
  }
}

interface Known {
  readonly key: string;
  readonly mentor: string | undefined;
}

async function journeysOf(platform: Platform): Promise<Known[]> {
  const journeys: Known[] = [];
  for await (const { key, row } of every(platform.rows, caseloads))
    journeys.push({ key, mentor: row.mentor });
  return journeys;
}

const spread = <Item>(items: readonly Item[], count: number): Item[] =>
  range(count).map((n) => items[Math.floor((n * items.length) / count)]!);

/** Send the commands of a mentor and an office for one journey. Some are refused, on every store alike. */
async function commands(
  http: ReturnType<typeof request>,
  n: number,
  journey: string,
  mentor = 'M-890-1',
): Promise<void> {
  const id = (what: string): string => idOf('whole programme', journey, what);
  const on = '2026-02-16';
  const sent: readonly (readonly [string, object])[] = [
    ['record-barrier', { barrier: id('barrier'), kind: 'TRANSPORT', by: 'MENTOR', severity: 2, on }],
    ['reassess-barrier', { barrier: id('barrier'), severity: n % 3, on }],
    ['schedule-session', { session: id('session'), mentor, on: '2026-02-20' }],
    ['hold-session', { session: id('held'), mentor, on, minutes: 45, mode: 'IN_PERSON', place: 'SCHOOL' }],
    ['record-session-not-held', { session: id('session'), mentor, on: '2026-02-20', reason: 'PUPIL_ILL' }],
    ['void-session', { session: id('held'), reason: 'DUPLICATE', on }],
    ...(n % 5 === 0 ? ([['withdraw-consent', { on: '2026-02-23' }]] as const) : []),
  ];
  for (const [index, [name, body]] of sent.entries()) {
    const answer = await http
      .post(`/v1/journeys/${journey}/${name}`)
      .set({ 'Idempotency-Key': `${String(n)}-${String(index)}`, Authorization: 'Bearer office' })
      .send(body);
    if (answer.status >= 500) throw new Error(`${name} answered ${String(answer.status)}`);
  }
}

async function rowsOf(platform: Platform): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const view of views) {
    const rows: [string, unknown][] = [];
    for await (const { key, row } of every(platform.rows, view)) rows.push([key, row]);
    found[view.name] = rows.map(([key, row]) => `${key} ${text(row)}`).join('\n');
  }
  return found;
}

async function answersOf(
  http: ReturnType<typeof request>,
  journeys: readonly Known[],
): Promise<Record<string, string>> {
  const window = 'from=2025-09-03&to=2025-10-24';
  const paths = [
    ...['region', 'area', 'school', 'mentor'].map((by) => `kpis?by=${by}`),
    ...['programme', 'area', 'school', 'mentor'].map((by) => `phase-progress?by=${by}`),
    ...['region', 'area', 'school', 'pupil'].map((by) => `attendance?by=${by}&limit=1000&${window}`),
    `attendance?by=school&${window}&asKnownAt=2026-02-15T00:00:00Z`,
    'caseloads/M-890-1',
    `imports/${IMPORT}`,
    ...journeys.flatMap(({ key }) => [`journeys/${key}`, `journeys/${key}/timeline?limit=1000`]),
  ];
  const answers: Record<string, string> = {};
  for (const path of paths) {
    const { status, body } = await http.get(`/v1/${path}`);
    answers[path] = text({ status, body });
  }
  return answers;
}

/** JSON with sorted keys and without positions, which differ between stores. */
const text = (value: unknown): string =>
  JSON.stringify(value, (name, field: unknown) => {
    if (name === 'position' || name === 'next') return undefined;
    if (typeof field !== 'object' || field === null || Array.isArray(field)) return field;
    return Object.fromEntries(Object.entries(field).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
