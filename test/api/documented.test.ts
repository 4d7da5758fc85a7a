import { type IQuery, QueryBus } from '@nestjs/cqrs';
import { demandDocumented } from '../support/documented';
import { allocated, JOURNEY, raw, serve } from './client';

describe('answers in tests', () => {
  it('fail the test if they do not match the OpenAPI document', async () => {
    const api = await serve();
    await allocated(api);
    const { text } = await raw(api.url, { path: `/v1/journeys/${JOURNEY}` });
    const journey = JSON.parse(text) as Record<string, unknown>;
    const answered = (body: object, more = {}) => ({
      ...{
        method: 'GET',
        path: `/v1/journeys/${JOURNEY}`,
        status: 200,
        type: 'application/json; charset=utf-8',
      },
      text: JSON.stringify(body),
      ...more,
    });
    const held =
      (body: object, more = {}) =>
      () =>
        demandDocumented(answered(body, more));
    expect(held(journey)).not.toThrow();
    expect(held({ ...journey, nickname: 'x' })).toThrow(/additional properties.*nickname/);
    expect(held({ ...journey, phase: '1' })).toThrow('/phase must be integer');
    expect(held({ ...journey, referredOn: '19/09/2025' })).toThrow('/referredOn must match format "date"');
    const { phase: _phase, ...rest } = journey;
    expect(held(rest)).toThrow("must have required property 'phase'");
    expect(held(journey, { status: 206 })).toThrow('it does not have this status');
    expect(held(journey, { type: 'text/html' })).toThrow('it does not have the type text/html');

    const { text: problem } = await raw(api.url, { path: '/v1/journeys/x' });
    const wrong = { status: 404, type: 'application/problem+json' };
    expect(held(JSON.parse(problem) as object, wrong)).not.toThrow();
    expect(held({ ...(JSON.parse(problem) as object), stack: 'x' }, wrong)).toThrow(
      /additional properties.*stack/,
    );
  });

  it('are checked against the document by the test clients', async () => {
    const api = await serve();
    await allocated(api);
    // Answers get a field that the document does not have.
    const bus = api.app.get(QueryBus);
    const execute = bus.execute.bind(bus);
    jest
      .spyOn(bus, 'execute')
      .mockImplementation(async (query) => ({ ...(await execute<IQuery, object>(query)), nickname: 'x' }));
    await expect(api.get(`journeys/${JOURNEY}`)).rejects.toThrow(
      /does not match the OpenAPI document.*nickname/,
    );
    await expect(raw(api.url, { path: `/v1/journeys/${JOURNEY}` })).rejects.toThrow(
      /does not match the OpenAPI document.*nickname/,
    );
  });
});
