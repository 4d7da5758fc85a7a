import { randomBytes } from 'node:crypto';
import { observeRequest, startTelemetry } from '@waymark/telemetry';
import {
  allocated,
  eventually,
  JOURNEY,
  MENTOR,
  mentor,
  programme,
  PUPIL,
  pupil,
  SCHOOL,
  school,
  UPN,
} from '../api/client';
import { readWhole } from '../support/events';
import { afterwards } from '../support/stores';
import { collector, type Sent } from './collector';
import { observed, type ObservedApi } from './observed';

jest.setTimeout(60_000);

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** The caller of a request, in W3C trace context. */
const caller = (sampled = true) => {
  const [traceId, spanId] = [hex(16), hex(8)];
  return { traceId, spanId, headers: { traceparent: `00-${traceId}-${spanId}-${sampled ? '01' : '00'}` } };
};

const registerSchool = (api: ObservedApi, headers: Record<string, string> = {}) =>
  api.send(`schools/${SCHOOL}/register-school`, school, headers);

const traceOf = async ({ platform }: ObservedApi, type: string): Promise<string | undefined> =>
  (await readWhole(platform.events)).find((event) => event.type === type)?.metadata.trace;

const named = (spans: readonly Sent[], name: string): Sent => {
  const found = spans.filter((span) => span.name === name);
  if (found.length !== 1) throw new Error(`${String(found.length)} spans ${name}`);
  return found[0]!;
};

describe('a trace', () => {
  it('continues from the request through the command and the append to the projection', async () => {
    const { spans } = await collector();
    const api = await observed();
    const from = caller();
    await registerSchool(api, from.headers).expect(200);
    await api.platform.settle();
    const recorded = await traceOf(api, 'SchoolRegistered');
    await api.close();

    const request = named(spans(), 'POST /v1/schools/{id}/register-school');
    const command = named(spans(), 'school RegisterSchool');
    const append = named(spans(), 'append school');
    const project = spans().find(({ name, links }) => name === 'project' && links.length > 0)!;
    expect([request, command, append].map(({ traceId, parentSpanId }) => [traceId, parentSpanId])).toEqual([
      [from.traceId, from.spanId],
      [from.traceId, request.spanId],
      [from.traceId, command.spanId],
    ]);
    expect(request).toMatchObject({
      service: 'waymark-api',
      status: 0,
      attributes: { 'http.route': '/v1/schools/{id}/register-school', 'http.response.status_code': 200 },
    });
    expect(command.attributes).toEqual({ module: 'school', command: 'RegisterSchool', outcome: 'recorded' });
    expect(append.attributes).toEqual({ module: 'school', events: 1, outcome: 'written' });
    expect(recorded).toBe(`00-${from.traceId}-${command.spanId}-01`);
    expect(project.parentSpanId).toBeUndefined();
    expect(project.traceId).not.toBe(from.traceId);
    expect(project.links).toEqual([
      expect.objectContaining({ traceId: from.traceId, spanId: command.spanId }),
    ]);
    const line = api.logged.map((each) => JSON.parse(each)).find(({ status }) => status === 200);
    expect(line.trace).toBe(from.traceId);
  });

  it('continues when a policy reacts to an event', async () => {
    const { spans } = await collector();
    const api = await observed();
    await allocated(api);
    await api.platform.settle();
    await api.close();
    const placed = named(spans(), 'mentor AllocatePupil');
    const reaction = spans().find(
      ({ name, parentSpanId }) => name === 'react allocation' && parentSpanId === placed.spanId,
    )!;
    const followed = named(spans(), 'journey ConfirmAllocation');
    expect(reaction).toMatchObject({ traceId: placed.traceId, attributes: { event: 'PlaceTaken' } });
    expect(followed).toMatchObject({ traceId: placed.traceId, parentSpanId: reaction.spanId });
  });

  it('records a refusal by its code, and an error only by its class', async () => {
    const { spans, sent } = await collector();
    const api = await observed();
    await api.send(`mentors/${MENTOR}/appoint-mentor`, mentor).expect(422);
    const failing = jest
      .spyOn(api.platform.stores.events, 'append')
      .mockRejectedValue(new TypeError(`no place for ${UPN}`));
    await registerSchool(api).expect(500);
    failing.mockRestore();
    await api.close();
    expect(named(spans(), 'mentor AppointMentor')).toMatchObject({
      status: 0,
      attributes: { outcome: 'UNKNOWN_PROGRAMME' },
    });
    expect(named(spans(), 'school RegisterSchool')).toMatchObject({
      status: 2,
      attributes: { outcome: 'failed', 'error.type': 'TypeError' },
    });
    expect(named(spans(), 'POST /v1/schools/{id}/register-school').status).toBe(2);
    expect(sent()).not.toContain('no place');
  });

  it('contains no personal data and no ids', async () => {
    const { sent, spans } = await collector();
    const api = await observed();
    await allocated(api);
    await api.http.get(`/v1/journeys/${JOURNEY}/timeline?after=${UPN}`);
    await api.http.get(`/${UPN}`);
    await api.platform.settle();
    await api.close();
    expect(spans().length).toBeGreaterThan(20);
    const canaries = [
      ...[PUPIL, JOURNEY, SCHOOL, MENTOR, UPN, programme.name, school.name, mentor.name],
      ...[pupil.forename, pupil.surname, pupil.dateOfBirth, '127.0.0.1'],
    ];
    expect(canaries.filter((canary) => sent().includes(canary))).toEqual([]);
  });

  it('is neither exported nor stored in events if the caller does not sample it', async () => {
    const { spans } = await collector();
    const api = await observed();
    await registerSchool(api, caller(false).headers).expect(200);
    const recorded = await traceOf(api, 'SchoolRegistered');
    await api.close();
    expect(recorded).toBeUndefined();
    expect(spans().filter(({ name }) => name !== 'project')).toEqual([]);
  });

  it('is dropped with a warning if the collector does not answer', async () => {
    const before = { ...process.env };
    afterwards(() => (process.env = before));
    process.env = {
      ...before,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_EXPORTER_OTLP_TIMEOUT: '200',
      OTEL_BSP_SCHEDULE_DELAY: '10',
    };
    const warnings: string[] = [];
    const onWarning = (message: string): void => void warnings.push(message);
    const telemetry = startTelemetry({
      service: 'waymark-api',
      instance: 'under-test',
      onWarning,
    });
    afterwards(() => telemetry.shutdown());
    observeRequest('a-request', 'GET', {}).answered('/v1/kpis', 200);
    await eventually(async () => (warnings.length > 0 ? true : undefined));
    expect(warnings[0]).toMatch(/ECONNREFUSED|timed? ?out/i);
  });

  it('does not exist if no collector is configured', async () => {
    const api = await observed();
    await registerSchool(api, caller().headers).expect(200);
    expect(await traceOf(api, 'SchoolRegistered')).toBeUndefined();
    expect(api.logged.filter((line) => 'trace' in JSON.parse(line))).toEqual([]);
  });
});
