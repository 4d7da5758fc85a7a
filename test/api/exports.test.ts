import { randomUUID } from 'node:crypto';
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { sourceFiles } from '@waymark/core/imports';
import { exportKinds, TIDYING } from '@waymark/modules/exports';
import { Importer } from '@waymark/modules/imports/importer';
import { packageFile } from '@waymark/platform';
import { temporaryDirectory } from '../support/stores';
import { type Api, eventually, picked, serve, serverOfAll, UPN } from './client';

jest.setTimeout(60_000);

const sample = ['programme.json', 'schools.csv', 'mentors.csv', 'referrals.csv', 'sessions.csv'];

type Row = Record<string, unknown>;

/**
 * The value in a row of an answer for a column of a file, such as `baseline.absencePercent`: its symbol, if it is not given.
 * The column `status` has the symbols of values that are given.
 */
function at(row: Row, column: string): unknown {
  const names = column.split('.');
  const last = names.pop()!;
  const fields = names.reduce<Row | null>((value, name) => (value?.[name] ?? null) as Row | null, row) ?? {};
  const status = (fields['status'] ?? {}) as Row;
  if (last !== 'status') return fields[last] ?? status[last] ?? null;
  return Object.entries(status)
    .filter(([name]) => fields[name] !== null)
    .map(([name, symbol]) => `${name}: ${String(symbol)}`)
    .join(', ');
}

const asked = async (api: Api, kind: string, parameters?: object): Promise<string> => {
  const { body, headers } = await api.http
    .post('/v1/exports')
    .send({ kind, ...(parameters && { parameters }) })
    .expect(202);
  expect(headers['location']).toBe(`/v1/exports/${String(body.id)}`);
  expect(body).toMatchObject({ kind, parameters: parameters ?? {}, requestedBy: 'anonymous' });
  return String(body.id);
};

const done = (api: Api, id: string): Promise<Row> =>
  eventually(async () => {
    const { body } = await api.get(`exports/${id}`).expect(200);
    return body.state === 'done' ? (body as Row) : undefined;
  });

const text = async (api: Api, id: string): Promise<string> => {
  const { body, headers } = await api.get(`exports/${id}/file`).responseType('blob').expect(200);
  const file = (await done(api, id))['file'] as { readonly name: string };
  expect(headers).toMatchObject({
    'content-type': file.name.endsWith('.csv')
      ? 'text/csv; charset=utf-8'
      : 'application/jsonl; charset=utf-8',
    'content-disposition': `attachment; filename=${file.name}`,
  });
  return (body as Buffer).toString();
};

const rowsIn = (lines: string): Row[] =>
  lines
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Row);

/** A row as CSV represents it. */
const asText = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      value === null ? '' : String(value as string | number | boolean),
    ]),
  );

/** Request an export, wait for it, and read its file. */
async function exported(api: Api, kind: string, parameters?: object): Promise<Row[]> {
  const id = await asked(api, kind, parameters);
  const { file } = await done(api, id);
  const { name, rows: count } = file as { readonly name: string; readonly rows: number };
  const contents = await text(api, id);
  const rows = name.endsWith('.csv') ? parse<Row>(contents, { columns: true }) : rowsIn(contents);
  expect([name.split('.')[0], rows.length]).toEqual([kind, count]);
  return rows;
}

describe('an export', () => {
  const server = serverOfAll();

  beforeAll(async () => {
    const { platform } = server();
    const files = [...sample, 'registers/norwich.csv'].map((name) => packageFile('data', 'sample', name));
    await new Importer(platform, randomUUID(), await sourceFiles(files), { actor: 'local-operator' }).run();
    await platform.settle();
  });

  it.each([
    ['kpis', 'kpis?by=region', { by: 'region' }],
    ['kpis', 'kpis?by=school', { by: 'school', programme: 'ampe-2025-11' }],
    [
      'kpis',
      'kpis?by=mentor&from=2025-11-03&to=2025-12-19',
      { by: 'mentor', from: '2025-11-03', to: '2025-12-19' },
    ],
    [
      'attendance',
      'attendance?by=area&from=2025-09-03&to=2025-10-24',
      { by: 'area', from: '2025-09-03', to: '2025-10-24' },
    ],
    [
      'attendance',
      'attendance?by=pupil&from=2025-09-03&to=2025-10-24&asKnownAt=2025-09-20T00:00:00Z&limit=1000',
      { by: 'pupil', from: '2025-09-03', to: '2025-10-24', asKnownAt: '2025-09-20T00:00:00Z' },
    ],
  ])('of %s has the same values as the answer to %s', async (kind, question, parameters) => {
    const { items: answered } = (await server().get(question).expect(200)).body as { items: Row[] };
    // Files contain no names: mentors appear with their ids.
    const items = answered.map((item) =>
      parameters.by === 'mentor' ? { ...item, name: item['key'] } : item,
    );
    const rows = await exported(server(), kind, parameters);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows).toHaveLength(items.length);
    for (const [index, row] of rows.entries()) {
      const columns = Object.keys(row);
      expect(columns).toEqual(Object.keys(rows[0]!));
      expect(row).toEqual(
        asText(Object.fromEntries(columns.map((column) => [column, at(items[index]!, column)]))),
      );
    }
    // Every field of the answer is in the file.
    expect(new Set(Object.keys(rows[0]!).map((column) => column.split('.')[0]))).toEqual(
      new Set([...Object.keys(items[0]!), 'status']),
    );
  });

  it('of phase progress has a row for each phase of each group', async () => {
    const { items } = (await server().get('phase-progress?by=area').expect(200)).body;
    const groups = items as (Row & { readonly phases: readonly (Row & { readonly name: string })[] })[];
    expect(await exported(server(), 'phase-progress', { by: 'area' })).toEqual(
      groups.flatMap(({ phases, ...group }) =>
        phases.map(({ name: phaseName, ...phase }) => asText({ ...group, ...phase, phaseName })),
      ),
    );
  });

  it('of timelines has every journey, without names', async () => {
    const api = server();
    const rows = await exported(api, 'timeline');
    const journeys = [...new Set(picked(rows, 'journey').flat())];
    expect(journeys).toHaveLength(300);
    expect(journeys).toEqual(journeys.toSorted());
    const hidden = new Set(['upn', 'former', 'forename', 'surname', 'dateOfBirth', 'sex', 'text', 'reason']);
    for (const journey of [journeys[0], journeys[299]]) {
      const { items } = (await api.get(`journeys/${String(journey)}/timeline?limit=1000`).expect(200)).body;
      const told = (items as { readonly type: string; readonly data: object }[]).map(
        ({ data, ...entry }) => ({
          journey,
          ...entry,
          data: Object.fromEntries(
            Object.entries(data).filter(([name]) => !hidden.has(name) || entry.type === 'SessionNotHeld'),
          ),
        }),
      );
      expect(rows.filter((row) => row['journey'] === journey)).toEqual(told);
    }
    const all = JSON.stringify(rows);
    expect(all).not.toMatch(/[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z]|"(upn|forename|surname|dateOfBirth)"/);
  });

  it('is refused with every error at once', async () => {
    const { http } = server();
    const refused = async (body: object) => {
      const { body: problem } = await http.post('/v1/exports').send(body).expect(422);
      expect(problem.code).toBe('INVALID_FIELDS');
      return picked(problem.errors, 'field', 'code');
    };
    expect(await refused({})).toEqual([['kind', 'REQUIRED']]);
    expect(await refused([])).toEqual([['kind', 'REQUIRED']]);
    expect(await refused({ kind: 'constructor' })).toEqual([['kind', 'NOT_ONE_OF']]);
    expect(await refused({ kind: 'kpis' })).toEqual([['parameters', 'REQUIRED']]);
    expect(await refused({ kind: 'kpis', parameters: { by: 'pupil', x: 1 }, y: 1 })).toEqual([
      ['', 'UNKNOWN_FIELD'],
      ['parameters', 'UNKNOWN_FIELD'],
      ['parameters.by', 'NOT_ONE_OF'],
    ]);
    expect(
      await refused({ kind: 'kpis', parameters: { by: 'area', from: '2026-01-02', to: '2026-01-01' } }),
    ).toEqual([['parameters.to', 'PERIOD_ENDS_BEFORE_IT_BEGINS']]);
    expect(await refused({ kind: 'timeline', parameters: { pupil: UPN } })).toEqual([
      ['parameters', 'UNKNOWN_FIELD'],
    ]);
    const form = await http.post('/v1/exports').type('form').send('kind=kpis');
    expect([form.status, form.body.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  it('accepts the example of the OpenAPI document', async () => {
    const { body } = await server().http.get('/openapi.json').expect(200);
    const { example, schema } = body.paths['/v1/exports'].post.requestBody.content['application/json'];
    expect(schema.oneOf).toHaveLength(Object.keys(exportKinds).length);
    expect((await exported(server(), example.kind as string, example.parameters as object)).length).toBe(3);
  });

  it('is not found if it does not exist, or if the id is that of another job', async () => {
    const { get, platform } = server();
    const other = await platform.jobs.add({ kind: 'something-else', data: {} });
    for (const id of [randomUUID(), other, '..%2f..']) {
      for (const path of [`exports/${id}`, `exports/${id}/file`]) {
        const { status, body } = await get(path);
        expect([path, status, body.code]).toEqual([path, 404, 'UNKNOWN_EXPORT']);
      }
    }
  });
});

describe('the file of an export', () => {
  const folder = (): string => join(temporaryDirectory(), '.waymark');

  it('does not exist before the export is done', async () => {
    const data = folder();
    await (await serve(data)).close();
    const front = await serve(data, { work: false });
    const id = await asked(front, 'reminders');
    const early = await front.get(`exports/${id}/file`);
    expect([early.status, early.body.code]).toEqual([409, 'EXPORT_NOT_DONE']);
    expect((await front.get(`exports/${id}`)).body).toMatchObject({ state: 'waiting' });
    await serve(data);
    await done(front, id);
    expect(await text(front, id)).toBe('');
  });

  it('is removed after a week, and the answer says so', async () => {
    const api = await serve(folder());
    const [old, young] = [await asked(api, 'reminders'), await asked(api, 'reminders')];
    const { file, finishedAt } = await done(api, old);
    await done(api, young);
    const { until } = file as { readonly until: string };
    expect(Date.parse(until) - Date.parse(String(finishedAt))).toBe(7 * 86_400_000);

    const aged = Date.now() / 1_000 - 7 * 86_400 - 60;
    utimesSync(join(api.platform.data, 'exports', old), aged, aged);
    utimesSync(join(api.platform.data, 'exports', young), aged + 120, aged + 120);
    const tidying = await api.platform.jobs.add({ kind: TIDYING, data: {} });
    await eventually(async () =>
      (await api.get(`jobs/${tidying}`)).body.state === 'done' ? true : undefined,
    );
    const gone = await api.get(`exports/${old}/file`);
    expect([gone.status, gone.body.code]).toEqual([410, 'EXPORT_EXPIRED']);
    expect(readdirSync(join(api.platform.data, 'exports'))).toEqual([young]);
    expect(await text(api, young)).toBe('');
  });
});
