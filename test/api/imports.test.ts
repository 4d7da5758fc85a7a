import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { packageFile } from '@waymark/platform';
import { safeName } from '../../apps/api/imports/receive';
import { temporaryDirectory } from '../support/stores';
import { type Api, eventually, JOURNEY, picked, serve, UPN } from './client';

const expected = JSON.parse(readFileSync(join(__dirname, '../sample/expected.json'), 'utf8')) as {
  readonly registers: Record<string, { readonly rejectedBy: Record<string, number> }>;
};

const sample = packageFile('data', 'sample');
const directory = ['programme.json', 'schools.csv', 'mentors.csv', 'referrals.csv'];
const registers = readdirSync(join(sample, 'registers')).map((name) => join('registers', name));

const upload = ({ http }: Api, files: readonly string[], query = '') =>
  files.reduce((sent, file) => sent.attach('files', join(sample, file)), http.post(`/v1/imports${query}`));

const finished = (api: Api, id: string, position?: number) =>
  eventually(async () => {
    const { body, status } = await api.get(`imports/${id}`, position);
    expect(status).toBe(200);
    expect(body.interrupted).toBeUndefined();
    return body.state === 'finished' ? body : undefined;
  });

/** A job, once it is in this state. */
const jobIn = (api: Api, id: string, state: string): Promise<Body> =>
  eventually(async () => {
    const { body } = await api.get(`jobs/${id}`);
    return body.state === state ? (body as Body) : undefined;
  });

type Body = Record<string, unknown>;

interface Begun {
  readonly id: string;
  readonly position: number;
}

const rowsIn = ({ files }: Body): number => sum(picked(files, 'rows').flat() as number[]);
const lines = (file: string): number => readFileSync(join(sample, file), 'utf8').split('\n').length - 1;
const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

/** The numbers of accepted and rejected rows in each file of the directory. */
const everythingNew = [1, 12, 12, 300].map((rows) => [rows, 0]);
const nothingNew = everythingNew.map(() => [0, 0]);

/** A data folder that a worker has used before. */
async function folderInUse(): Promise<string> {
  const data = temporaryDirectory();
  await (await serve(data)).close();
  return data;
}

const uploads = (api: Api): string[] => {
  const folder = join(api.platform.data, 'uploads');
  return existsSync(folder) ? readdirSync(folder) : [];
};

describe('an import over HTTP', () => {
  it('imports the files of a programme, and reports every row', async () => {
    const api = await serve();
    // Files that others refer to come last: the order of the uploaded files does not matter.
    const sent = await upload(api, [...registers, 'sessions.csv', ...directory.toReversed()]).set({
      Authorization: 'Bearer data-team',
    });
    expect(sent.status).toBe(202);
    const id = String(sent.body.id);
    expect(sent.headers).toMatchObject({
      location: `/v1/imports/${id}`,
      'waymark-position': String(sent.body.position),
    });
    expect((await api.get(`imports/${id}`)).body).toMatchObject({
      id,
      state: 'running',
      startedBy: 'data-team',
    });

    const report = await finished(api, id);
    expect(report.registers).toEqual(expected.registers);
    expect(picked(report.files, 'kind').flat()).toEqual([
      ...['programme', 'schools', 'mentors', 'referrals'],
      ...registers.map(() => 'registers'),
      'sessions',
    ]);
    expect((await api.get('imports')).body.items).toMatchObject([{ id, state: 'finished' }]);
    expect(await eventually(async () => (uploads(api).length === 0 ? true : undefined))).toBe(true);

    const unknown = Object.values(expected.registers).reduce(
      (sum, { rejectedBy }) => sum + rejectedBy['UNKNOWN_PUPIL']!,
      0,
    );
    const rows: { file: string; from: number; to: number; outcome: string }[] = [];
    for (let after = ''; ;) {
      const { body } = await api.get(`imports/${id}/rows?outcome=UNKNOWN_PUPIL&limit=5${after}`).expect(200);
      rows.push(...body.items);
      if (body.next === undefined) break;
      after = `&after=${String(body.next)}`;
    }
    expect(rows.reduce((sum, { from, to }) => sum + to - from + 1, 0)).toBe(unknown);
    expect((await api.get('kpis?by=area')).body.items).toHaveLength(3);
    expect(api.logged.join('')).not.toMatch(/[A-HJ-NP-RT-Z]\d{12}/);
  }, 60_000);

  it('changes nothing in a dry run, except that the access log records it', async () => {
    const api = await serve();
    const head = await api.platform.events.head();
    const tried = await upload(api, directory, '?dryRun=true').expect(200);
    expect(tried.body).toMatchObject({ dryRun: true, state: 'finished', registers: {} });
    expect(picked(tried.body.files, 'accepted').flat()).toEqual([1, 12, 12, 300]);
    const { events } = await api.platform.events.readAll(head, 10);
    expect(events.map(({ type }) => type)).toEqual(['ImportTriedOut']);
    expect((await api.get('imports')).body.items).toEqual([]);
    expect(uploads(api)).toEqual([]);
    expect(readdirSync(api.platform.data).filter((name) => name.startsWith('scratch'))).toEqual([]);
  }, 60_000);

  it('accepts files with any names', async () => {
    const api = await serve();
    const names = ['constructor.csv', '__proto__.csv', 'same.csv', 'same.csv'];
    const rows = Buffer.from(
      'URN,UPN,Date,AM,PM,RecordedAt\n990401,X,2025-09-03,/,\\,2025-09-03T16:00:00Z\n',
    );
    const tried = await names
      .reduce((sent, name) => sent.attach('files', rows, name), api.http.post('/v1/imports?dryRun=true'))
      .expect(200);
    const registered = new Map(Object.entries(JSON.parse(tried.text).registers as object));
    expect([...registered.keys()].sort()).toEqual(['__proto__', 'constructor', 'same']);
    expect(registered.get('same')).toMatchObject({ rows: 2, rejectedBy: { INVALID_UPN: 2 } });
  });

  it('continues where it was after a restart of the server', async () => {
    const data = temporaryDirectory();
    const before = await serve(data);
    const sent = await upload(before, [
      ...directory,
      'registers/blackpool.csv',
      'registers/blackpool-corrections.csv',
    ]).expect(202);
    const id = String(sent.body.id);
    await eventually(async () => {
      const { body } = await before.get(`imports/${id}`);
      return body.files[3].rows > 0 ? true : undefined;
    });
    await before.close();
    expect(uploads(before)).toEqual([id]);

    const after = await serve(data);
    const report = await finished(after, id);
    expect(report.registers).toEqual({ blackpool: expected.registers['blackpool'] });
    expect(await eventually(async () => (uploads(after).length === 0 ? true : undefined))).toBe(true);
  }, 60_000);

  it('finishes before a concurrent import of the same files, which then finds nothing new', async () => {
    const api = await serve();
    const [first, second] = await Promise.all([upload(api, directory), upload(api, directory)]);
    const reports = [await finished(api, String(first.body.id)), await finished(api, String(second.body.id))];
    const accepted = reports.map(({ files }) => picked(files, 'accepted').flat());
    expect(accepted.sort()).toEqual([
      [0, 0, 0, 0],
      [1, 12, 12, 300],
    ]);
  }, 60_000);

  it('refuses all unknown files in one answer', async () => {
    const api = await serve();
    const { status, headers, body, text } = await api.http
      .post('/v1/imports')
      .attach('files', join(sample, 'schools.csv'))
      .attach('files', Buffer.from('a,b\n1,2\n'), `${UPN}.csv`)
      .attach('files', Buffer.from('{}'), 'programme.json')
      .attach('files', Buffer.from('MZ'), 'setup.exe');
    expect([status, headers['content-type'], body.code]).toEqual([
      422,
      'application/problem+json',
      'INVALID_FIELDS',
    ]);
    expect(picked(body.errors, 'field', 'code')).toEqual([
      ['files.1', 'UNKNOWN_FILE'],
      ['files.2', 'UNKNOWN_FILE'],
      ['files.3', 'UNKNOWN_FILE'],
    ]);
    expect(text).not.toContain(UPN);
    expect(uploads(api)).toEqual([]);
  });

  it('refuses a request that is not an upload', async () => {
    const api = await serve();
    const post = () => api.http.post('/v1/imports');
    const multipart = 'multipart/form-data; boundary=x';
    const refused = [
      [await post().send({}), 415, 'UNSUPPORTED_MEDIA_TYPE'],
      [await post().set('Content-Type', multipart).send('--x--\r\n'), 422, 'NOTHING_TO_IMPORT'],
      [await post().set('Content-Type', multipart).send('--x\r\nhalf'), 400, 'MALFORMED_UPLOAD'],
      [await post().set('Content-Type', 'multipart/form-data').send('--x'), 400, 'MALFORMED_UPLOAD'],
      [await post().attach('file', join(sample, 'schools.csv')), 400, 'MALFORMED_UPLOAD'],
      [await post().field('files', 'x'), 400, 'MALFORMED_UPLOAD'],
      [
        await post().attach('files', join(sample, 'schools.csv')).query('dryRun=yes&x=1'),
        422,
        'INVALID_FIELDS',
      ],
      [
        await Array.from({ length: 51 }).reduce<ReturnType<typeof post>>(
          (sent) => sent.attach('files', Buffer.from('x'), 'x.csv'),
          post(),
        ),
        413,
        'TOO_MANY_FILES',
      ],
    ] as const;
    for (const [answer, status, code] of refused) {
      expect([answer.status, answer.body.code, answer.headers['content-type']]).toEqual([
        status,
        code,
        'application/problem+json',
      ]);
    }
    expect(uploads(api)).toEqual([]);
  });

  it('is retried after a failure, and the server continues', async () => {
    const api = await serve();
    jest.spyOn(api.platform.jobs, 'add').mockRejectedValueOnce(new Error('disk full'));
    const failed = await upload(api, directory);
    expect([failed.status, failed.body.code]).toEqual([500, 'INTERNAL']);
    const { body } = await upload(api, directory).expect(202);
    jest.spyOn(api.platform.submitter, 'submit').mockRejectedValueOnce(new Error(`no place for ${UPN}`));
    const report = await finished(api, String(body.id));
    expect(picked(report.files, 'accepted').flat()).toEqual([1, 12, 12, 300]);
    expect((await api.get(`imports/${JOURNEY}`)).status).toBe(404);
  }, 60_000);

  it('shows its progress in the job of the same id, without personal data', async () => {
    const api = await serve();
    const sent = await upload(api, directory).set({ Authorization: 'Bearer data-team' }).expect(202);
    const id = String(sent.body.id);
    await finished(api, id);
    const job = await jobIn(api, id, 'done');
    const [programme, schools, mentors, referrals] = directory.map(lines) as [number, number, number, number];
    expect(job).toMatchObject({
      kind: 'import',
      data: { actor: 'data-team', aliases: false },
      progress: {
        done: programme + schools + mentors + 300,
        total: programme + schools + mentors + referrals,
      },
    });
    expect(Object.keys(job['data'] as object)).toEqual(['actor', 'aliases']);
  }, 60_000);

  it('is cancelled between two chunks, and continues from there when it is retried', async () => {
    const api = await serve();
    const files = [...directory, 'registers/blackpool.csv', 'registers/norwich.csv', 'sessions.csv'];
    const id = String((await upload(api, files).expect(202)).body.id);
    const begun = await eventually(async () => {
      const { body } = await api.get(`imports/${id}`);
      return body.files[1].done === true ? rowsIn(body) : undefined;
    });
    await api.http.post(`/v1/jobs/${id}/cancel`).expect(202);
    await jobIn(api, id, 'cancelled');
    const cancelled = (await api.get(`imports/${id}`)).body;
    expect(cancelled).toMatchObject({ state: 'running', interrupted: true });
    expect(rowsIn(cancelled)).toBeGreaterThanOrEqual(begun);
    expect(picked(cancelled.files, 'done').at(-1)).toEqual([false]);
    expect(uploads(api)).toEqual([id]);

    const retried = await api.http.post(`/v1/jobs/${id}/retry`).expect(202);
    expect(retried.body).toMatchObject({ id, kind: 'import' });
    const report = await finished(api, id);
    expect(report.registers).toEqual({
      blackpool: { ...expected.registers['blackpool'], corrections: 0 },
      norwich: { ...expected.registers['norwich'], corrections: 0 },
    });
    expect(await eventually(async () => (uploads(api).length === 0 ? true : undefined))).toBe(true);
  }, 60_000);

  it('becomes a dead letter if its files are missing, and can be retried once they are back', async () => {
    const data = await folderInUse();
    const front = await serve(data, { work: false });
    const { id, position } = (await upload(front, directory).expect(202)).body as Begun;
    const [own, elsewhere] = [join(data, 'uploads', id), join(data, 'elsewhere')];
    renameSync(own, elsewhere);
    await serve(data);
    const { error } = await jobIn(front, id, 'failed');
    expect(error).toBe(
      'the files are not in the data folder: check that the API and the workers share its volume',
    );
    const { body } = await front.get(`imports/${id}`, position).expect(200);
    expect(body).toMatchObject({ state: 'running', interrupted: true });

    renameSync(elsewhere, own);
    await front.http.post(`/v1/jobs/${id}/retry`).expect(202);
    await finished(front, id);
  }, 60_000);

  it('waits for a worker if the API runs no jobs', async () => {
    const data = await folderInUse();
    const front = await serve(data, { work: false });
    const { id, position } = (await upload(front, directory).expect(202)).body as Begun;
    expect(await front.platform.jobs.get(id)).toMatchObject({ state: 'waiting', attempts: 0 });
    await serve(data);
    const report = await finished(front, id, position);
    expect(picked(report.files, 'accepted').flat()).toEqual([1, 12, 12, 300]);
  }, 60_000);

  it('waits for the running import, even if another worker runs it', async () => {
    const data = temporaryDirectory();
    const [one, other] = [await serve(data), await serve(data)];
    const sent = await Promise.all([
      upload(one, directory),
      upload(other, directory),
      upload(one, directory),
    ]);
    const reports = [];
    for (const { body } of sent) reports.push(await finished(one, String(body.id)));
    const accepted = reports.map(({ files }) => picked(files, 'accepted', 'rejected'));
    expect(accepted.sort()).toEqual([nothingNew, nothingNew, everythingNew]);
  }, 60_000);
});

describe('a file’s name', () => {
  it.each([
    ['blackpool-corrections.csv', 'blackpool-corrections.csv'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\x\\Registers 2025.csv', 'Registers-2025.csv'],
    ['.bashrc', 'bashrc'],
    ['…', 'file'],
    [`${'x'.repeat(200)}.csv`, `${'x'.repeat(96)}.csv`],
  ])('%s is kept as %s', (sent, kept) => expect(safeName(sent)).toBe(kept));
});
