import { views } from '@waymark/modules';
import { Platform } from '@waymark/platform';
import {
  allocated,
  eventually,
  JOURNEY,
  MENTOR,
  mentor,
  PROGRAMME,
  programme,
  pupil,
  PUPIL,
  SCHOOL,
  school,
  UPN,
} from '../api/client';
import { newEvent, readWhole } from '../support/events';
import { temporaryDirectory } from '../support/stores';
import { type Metrics, observed, type ObservedApi } from './observed';

jest.setTimeout(60_000);

/** Dashboards and alerts depend on these names: they are stable. */
const types = {
  target_info: 'gauge',
  http_server_request_duration_seconds: 'histogram',
  waymark_append_duration_seconds: 'histogram',
  waymark_commands_total: 'counter',
  waymark_jobs: 'gauge',
  waymark_projection_events_total: 'counter',
  waymark_projection_window_duration_seconds: 'histogram',
  waymark_rebuild_progress_ratio: 'gauge',
  waymark_store_up: 'gauge',
  waymark_view_lag_events: 'gauge',
  waymark_view_lag_seconds: 'gauge',
  waymark_view_parked_rows: 'gauge',
  waymark_view_up: 'gauge',
};

const names = [...views.map(({ name }) => name), 'policies'];

/** Metrics once they are as expected: values from the stores are cached for a second. */
const scrapedWith = (api: ObservedApi, ready: (metrics: Metrics) => boolean): Promise<Metrics> =>
  eventually(async () => {
    const metrics = await api.scrape();
    return ready(metrics) ? metrics : undefined;
  });

const valuesOf = (metrics: Metrics, name: string): Record<string, number> =>
  Object.fromEntries(metrics.samples(name).map(({ labels, value }) => [labels['view'], value]));

const all = (value: number): Record<string, number> => Object.fromEntries(names.map((name) => [name, value]));

describe('/metrics', () => {
  it('reports the outcomes of commands and the state of views', async () => {
    const api = await observed();
    await allocated(api);
    await api.send(`schools/${SCHOOL}/register-school`, school).expect(200);
    await api.send(`pupils/${JOURNEY}/register-pupil`, pupil).expect(409);
    await api.send(`pupils/${PUPIL}/register-pupil`, { ...pupil, upn: 'X' }).expect(422);
    await api.platform.settle();
    await api.http.get(`/v1/journeys/${JOURNEY}`).expect(200);
    await api.http.get(`/${UPN}`).expect(404);
    const recorded = (await readWhole(api.platform.events)).length;
    const metrics = await scrapedWith(api, ({ samples }) =>
      samples('waymark_view_lag_events').every(({ value }) => value === 0),
    );

    expect(Object.fromEntries(metrics.types)).toEqual(types);
    const commands = (command: string) =>
      metrics
        .samples('waymark_commands_total', { command })
        .map(({ labels, value }) => [labels['outcome'], value]);
    expect(commands('RegisterSchool')).toEqual([
      ['recorded', 1],
      ['unchanged', 1],
    ]);
    expect(commands('RegisterPupil')).toEqual([
      ['recorded', 1],
      ['UPN_TAKEN', 1],
    ]);
    expect(commands('ConfirmAllocation')).toEqual([['recorded', 1]]);
    expect(metrics.value('waymark_append_duration_seconds_count', { module: 'mentor' })).toBe(2);
    expect(metrics.value('waymark_projection_events_total', { mode: 'live' })).toBe(recorded);

    const requests = 'http_server_request_duration_seconds_count';
    const answered = (route: string, method: string, status: number): number =>
      metrics.value(requests, {
        http_route: route,
        http_request_method: method,
        http_response_status_code: String(status),
      });
    expect(answered('/v1/pupils/{id}/register-pupil', 'POST', 409)).toBe(1);
    expect(answered('/v1/pupils/{id}/register-pupil', 'POST', 422)).toBe(1);
    expect(answered('/v1/journeys/:id', 'GET', 200)).toBe(1);
    expect(answered('unmatched', 'GET', 404)).toBe(1);

    expect(valuesOf(metrics, 'waymark_view_up')).toEqual(all(1));
    expect(valuesOf(metrics, 'waymark_view_lag_events')).toEqual(all(0));
    expect(valuesOf(metrics, 'waymark_view_lag_seconds')).toEqual(all(0));
    expect(valuesOf(metrics, 'waymark_view_parked_rows')).toEqual(all(0));
    expect(metrics.samples('waymark_store_up').map(({ labels, value }) => [labels['store'], value])).toEqual([
      ['events', 1],
      ['rows', 1],
      ['jobs', 1],
    ]);
  });

  it('contains no personal data and no ids', async () => {
    const api = await observed();
    await allocated(api);
    await api.http.get(`/v1/caseloads/${MENTOR}?after=${UPN}`);
    await api.platform.settle();
    const { text } = await api.scrape();
    const canaries = [
      ...[PUPIL, JOURNEY, SCHOOL, MENTOR, PROGRAMME, UPN, programme.name, school.name, mentor.name],
      ...[pupil.forename, pupil.surname, pupil.dateOfBirth],
    ];
    expect(canaries.filter((canary) => text.includes(canary))).toEqual([]);
  });

  it('reports the lag of views while no process projects', async () => {
    const data = temporaryDirectory();
    const before = await Platform.open({ data });
    await before.settle();
    await before.close();
    const minutesAgo = new Date(Date.now() - 180_000).toISOString();
    const api = await observed({ data, work: false, clock: { now: () => minutesAgo } });
    await api.send(`schools/${SCHOOL}/register-school`, school).expect(200);
    await api.send(`mentors/${MENTOR}/appoint-mentor`, mentor).expect(422);
    await api.send(`programmes/${PROGRAMME}/define-programme`, programme).expect(200);
    const metrics = await scrapedWith(api, ({ samples }) =>
      samples('waymark_view_lag_events', { view: 'schools' }).some(({ value }) => value === 2),
    );
    expect(valuesOf(metrics, 'waymark_view_lag_events')).toEqual({ ...all(2), policies: 0 });
    const seconds = metrics.value('waymark_view_lag_seconds', { view: 'schools' });
    expect(seconds).toBeGreaterThanOrEqual(180);
    expect(seconds).toBeLessThan(400);
  });

  it('reports a stopped view as not up, with the age of the event', async () => {
    const api = await observed();
    await api.platform.stores.events.append('journey-strange', 'none', [newEvent('NeverHeardOf')]);
    const metrics = await scrapedWith(api, ({ samples }) =>
      samples('waymark_view_up').every(
        ({ labels, value }) => value === (labels['view'] === 'policies' ? 1 : 0),
      ),
    );
    expect(metrics.value('waymark_view_lag_events', { view: 'caseload' })).toBe(1);
    expect(metrics.value('waymark_view_lag_seconds', { view: 'caseload' })).toBeGreaterThan(0);
  });

  it('counts parked rows, and reports the progress of a new generation and of jobs', async () => {
    const api = await observed();
    await api.send(`schools/${SCHOOL}/register-school`, school).expect(200);
    const marks = newEvent('AttendanceRecorded', { school: SCHOOL, marks: 'none' }, { schema: 2 });
    await api.platform.stores.events.append(`attendance-${PUPIL}`, 'none', [marks]);
    await api.platform.rebuilder.plan(['schools']);
    await api.platform.jobs.add({ kind: 'rebuild', data: { views: [] } });
    const metrics = await scrapedWith(
      api,
      ({ samples }) =>
        samples('waymark_view_parked_rows', { view: 'attendance' }).some(({ value }) => value === 1) &&
        samples('waymark_rebuild_progress_ratio', { view: 'schools' }).some(({ value }) => value === 0),
    );
    expect(metrics.value('waymark_view_up', { view: 'attendance' })).toBe(1);
    expect(metrics.value('waymark_rebuild_progress_ratio', { view: 'mentors' })).toBeNaN();
    expect(metrics.value('waymark_jobs', { kind: 'rebuild', state: 'waiting' })).toBe(1);
    expect(metrics.value('waymark_jobs', { kind: 'rebuild', state: 'failed' })).toBe(0);
    await api.platform.work([]);
    const done = { kind: 'rebuild', outcome: 'done' };
    await scrapedWith(api, ({ samples }) =>
      samples('waymark_job_duration_seconds_count', done).some(({ value }) => value === 1),
    );
  });

  it('reports which store does not answer, and NaN for its values', async () => {
    const api = await observed();
    await scrapedWith(api, ({ value }) => value('waymark_store_up', { store: 'events' }) === 1);
    jest.spyOn(api.platform.log, 'head').mockRejectedValue(new Error('connect ECONNREFUSED 10.0.0.7:2113'));
    const metrics = await scrapedWith(
      api,
      ({ value }) => value('waymark_store_up', { store: 'events' }) === 0,
    );
    expect(metrics.value('waymark_store_up', { store: 'rows' })).toBe(1);
    expect(metrics.value('waymark_view_lag_events', { view: 'schools' })).toBeNaN();
    expect(metrics.value('waymark_view_up', { view: 'schools' })).toBeNaN();
    expect(metrics.value('waymark_jobs', { kind: 'rebuild', state: 'waiting' })).toBe(0);
    expect(metrics.text).not.toContain('10.0.0.7');
  });
});
