import { range } from '@test/support/events';
import { namesIn } from './names';

const zara = { forename: 'Zara', surname: 'Farouk' };

/** Things with these states, by module and id. */
const things = (states: Readonly<Record<string, object>>) => ({
  load: jest.fn(async (module: string, id: string) => ({
    state: (states[`${module} ${id}`] ?? {}) as never,
    revision: 0,
  })),
});

describe('names', () => {
  it('include pupils with their UPNs, if they have one, except pupils with a part of the name missing', async () => {
    const names = namesIn(
      things({
        'pupil 1': { upn: 'A1', details: { ...zara, dateOfBirth: '2013-02-15' } },
        'pupil 2': { details: zara },
        'pupil 3': { upn: 'A3', details: { forename: 'Zara' } },
        'pupil 4': { upn: 'A4', details: { surname: 'Farouk' } },
        'pupil 5': { upn: 'A5' },
      }),
    );
    expect(await names.pupils(['1', '2', '3', '4', '5', '6'])).toStrictEqual(
      new Map<string, object>([
        ['1', { ...zara, upn: 'A1' }],
        ['2', zara],
      ]),
    );
    expect(await names.pupils([])).toEqual(new Map());
  });

  it('include mentors who have a name', async () => {
    const names = namesIn(
      things({ 'mentor 1': { appointment: { name: 'Oscar Roberts' } }, 'mentor 2': { appointment: {} } }),
    );
    expect(await names.mentors(['1', '2', '3'])).toStrictEqual(new Map([['1', 'Oscar Roberts']]));
  });

  it('include the services of support referrals, except those that cannot be read', async () => {
    const names = namesIn(
      things({
        'journey 1': {
          support: { a: 'made', b: 'made' },
          lastRecords: { 'ReferralMade a': { service: 'Early Help' }, 'ReferralMade b': {} },
        },
        'journey 2': { support: {} },
      }),
    );
    expect(await names.services(['1', '2'])).toStrictEqual(new Map([['a', 'Early Help']]));
  });

  it('are read 64 at a time, each once', async () => {
    const ids = range(130).map(String);
    const of = things(
      Object.fromEntries(ids.map((id) => [`mentor ${id}`, { appointment: { name: `M ${id}` } }])),
    );
    const loaded: number[] = [];
    let under = 0;
    const load = of.load.getMockImplementation()!;
    of.load.mockImplementation(async (...asked) => {
      under += 1;
      loaded.push(under);
      await new Promise((resolve) => setImmediate(resolve));
      under -= 1;
      return load(...asked);
    });
    const found = await namesIn(of).mentors(ids);
    expect([...found]).toStrictEqual(ids.map((id) => [id, `M ${id}`]));
    expect(of.load.mock.calls.map(([, id]) => id)).toEqual(ids);
    expect(Math.max(...loaded)).toBe(64);
  });
});
