import { demandDocumented } from '../support/documented';
import { allocated, JOURNEY, raw, serve } from './client';

describe('answers that tests get', () => {
  it('fail the test where they are not as the document says', async () => {
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
    const { revision: _revision, ...rest } = journey;
    expect(held(rest)).toThrow("must have required property 'revision'");
    expect(held(journey, { status: 206 })).toThrow('it does not have this status');
    expect(held(journey, { type: 'text/html' })).toThrow('it does not have the type text/html');

    const { text: problem } = await raw(api.url, { path: '/v1/journeys/x' });
    const wrong = { status: 404, type: 'application/problem+json' };
    expect(held(JSON.parse(problem) as object, wrong)).not.toThrow();
    expect(held({ ...(JSON.parse(problem) as object), stack: 'x' }, wrong)).toThrow(
      /additional properties.*stack/,
    );
  });

  it('are held against the document by the clients themselves', async () => {
    const api = await serve();
    await allocated(api);
    // A journey that has a field more than the document says.
    const { submitter } = api.platform;
    const load = submitter.load.bind(submitter);
    jest.spyOn(submitter, 'load').mockImplementation(async (module, id) => {
      const thing = await load(module, id);
      return { ...thing, state: { ...(thing.state as object), nickname: 'x' } as never };
    });
    await expect(api.get(`journeys/${JOURNEY}`)).rejects.toThrow(/not as the document says.*nickname/);
    await expect(raw(api.url, { path: `/v1/journeys/${JOURNEY}` })).rejects.toThrow(
      /not as the document.*nickname/,
    );
  });
});
