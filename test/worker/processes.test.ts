import { join } from 'node:path';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import { eventually, MENTOR, mentor, picked, PROGRAMME, programme, SCHOOL, school } from '../api/client';
import { employed } from '../support/readers';
import { temporaryDirectory } from '../support/stores';
import { metricsIn } from '../telemetry/observed';
import { type Program, startExpectingFailure, startProgram } from './programs';

jest.setTimeout(180_000); // starting processes is slow on a busy machine

const send = async (api: Program, path: string, body: object): Promise<number> => {
  const { body: answer } = await api.http.post(`/v1/${path}`).send(body).expect(200);
  return answer.position as number;
};

/** A mentor's caseload, once the views have processed the log up to a position. */
const caseload = (api: Program, of: string, position: number) =>
  api.http.get(`/v1/caseloads/${of}`).set({ 'Waymark-Position': String(position), Prefer: 'wait=30' });

/** Wait until every view has processed the log up to a position. */
const allAt = (api: Program, position: number): Promise<true> =>
  eventually(async () => {
    const { body, status } = await api.http.get('/health/ready');
    const positions = picked(body.views, 'position').flat() as number[];
    return status === 200 && positions.every((at) => at >= position) ? true : undefined;
  });

/** Member ids of the owners of the views and the policies. */
async function owners(data: string): Promise<ReadonlySet<unknown>> {
  const rows = new SqliteRowStore(join(data, 'views.sqlite'));
  const documents = await rows.control.list('owner/');
  await rows.close();
  return new Set(documents.map(({ doc }) => (doc as { readonly member: unknown }).member));
}

describe('an api and workers on one data folder', () => {
  it('share the work: others take over from a killed worker, and a stopped worker hands over', async () => {
    const data = temporaryDirectory();
    const headers = await employed(data, [
      { role: 'programme-administrator', programme: PROGRAMME },
      { role: 'operations' },
      { role: 'data-protection-officer' },
    ]);
    const [api, first, second] = await Promise.all([
      startProgram('api', data, headers),
      startProgram('worker', data),
      startProgram('worker', data),
    ]);
    await eventually(async () => ((await api.http.get('/health/ready')).status === 200 ? true : undefined));
    expect(api.lines.at(-1)).toMatchObject({ role: 'api', works: false });
    expect(first.lines.find(({ event }) => event === 'process.serving')).toMatchObject({
      role: 'worker',
      works: true,
    });

    await send(api, `programmes/${PROGRAMME}/define-programme`, programme);
    await send(api, `schools/${SCHOOL}/register-school`, school);
    await send(api, `schools/${SCHOOL}/join-programme`, { programme: PROGRAMME });
    const appointed = await send(api, `mentors/${MENTOR}/appoint-mentor`, mentor);
    expect((await caseload(api, MENTOR, appointed).expect(200)).body).toMatchObject({ name: mentor.name });
    await allAt(api, appointed);
    // The api itself has projected nothing.
    const { text } = await api.http.get('/metrics').expect(200);
    expect(metricsIn(text).samples('waymark_projection_events_total')).toEqual([]);

    first.child.kill('SIGKILL');
    expect(await first.ended).toBe('SIGKILL');
    const joined = await send(api, 'mentors/M-890-2/appoint-mentor', { ...mentor, name: 'Ada Roberts' });
    expect((await caseload(api, 'M-890-2', joined).expect(200)).body).toMatchObject({ name: 'Ada Roberts' });
    await allAt(api, joined);
    await second.http.get('/health/ready').expect(200);

    const third = await startProgram('worker', data);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    const [{ event: end, member }] = second.lines.slice(-1) as [Record<string, unknown>];
    expect(end).toBe('process.stopped');
    const taken = second.lines.filter(({ event }) => event === 'owner.taken');
    const lost = second.lines.filter(({ event }) => event === 'owner.lost');
    expect([...new Set(picked(taken, 'rows').flat())].sort()).toEqual(
      [...new Set(picked(lost, 'rows').flat())].sort(),
    );
    expect(await owners(data)).not.toContain(member);
    const last = await send(api, 'mentors/M-890-3/appoint-mentor', { ...mentor, name: 'Ann Roberts' });
    expect((await caseload(api, 'M-890-3', last).expect(200)).body).toMatchObject({ name: 'Ann Roberts' });
    await allAt(api, last);
    await eventually(async () => ((await owners(data)).size === 1 ? true : undefined));

    third.child.kill('SIGINT');
    api.child.kill('SIGTERM');
    expect(await Promise.all([third.ended, api.ended])).toEqual([0, 0]);
    expect(await owners(data)).toEqual(new Set([null]));
  });

  it('do not listen on a network without an issuer of tokens', async () => {
    const [how, errors] = await startExpectingFailure('api', temporaryDirectory(), { HOST: '0.0.0.0' });
    expect([how, errors]).toEqual([
      1,
      expect.stringMatching(/^waymark: ISSUER_MISSING: Set WAYMARK_ISSUER, /),
    ]);
  });

  it('do not start with an invalid port', async () => {
    const data = temporaryDirectory();
    expect(await startExpectingFailure('worker', data, { WORKER_PORT: '70000' })).toEqual([
      1,
      'waymark: WORKER_PORT must be a number from 0 to 65535\n',
    ]);
  });
});
