import type { EventStore, RecordedEvent } from '@waymark/core/kernel';
import { measureLag } from '@waymark/operations';
import { newEvent, range } from '../support/events';

const NOW = Date.parse('2026-02-16T09:00:00.000Z');

/** A log whose events are `apart` positions from each other, the first at 0, recorded one second apart. */
function logOf(count: number, apart: number, typeOf = (_: number) => 'ItemStored'): EventStore {
  const events = range(count).map((index): RecordedEvent => {
    const recordedAt = new Date(NOW - (count - index) * 1_000).toISOString();
    const position = index * apart;
    return {
      ...newEvent(typeOf(index), {}, { recordedAt }),
      ...{ stream: 'locker-1', revision: index, position },
    };
  });
  const end = (count - 1) * apart;
  return {
    readAll: async (after: number, limit: number, types?: ReadonlySet<string>) => {
      const found = events.filter(({ position, type }) => position > after && (types?.has(type) ?? true));
      const page = found.slice(0, limit);
      return { events: page, through: page.length < limit ? end : page.at(-1)!.position };
    },
  } as unknown as EventStore;
}

describe('the lag behind the log', () => {
  beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('is zero at its end', async () => {
    expect(await measureLag(logOf(10, 1), 9, 9)).toEqual({ events: 0, seconds: 0 });
    expect(await measureLag(logOf(10, 1), 9, 12)).toEqual({ events: 0, seconds: 0 });
  });

  it.each([1, 977])('counts events, however far apart they are (%d)', async (apart) => {
    const log = logOf(150, apart);
    expect(await measureLag(log, 149 * apart, -1)).toEqual({ events: 150, seconds: 150 });
    expect(await measureLag(log, 149 * apart, 147 * apart)).toEqual({ events: 2, seconds: 2 });
  });

  it.each([1, 977])(
    'estimates numbers beyond the exact count from the density of events (%d)',
    async (apart) => {
      const lag = await measureLag(logOf(5_000, apart), 4_999 * apart, -1);
      expect(lag).toEqual({ events: 5_000, seconds: 5_000 });
    },
  );

  it('counts only the given types', async () => {
    const log = logOf(100, 1, (index) => (index % 10 === 0 ? 'LockerEmptied' : 'ItemStored'));
    const types = new Set(['LockerEmptied']);
    expect(await measureLag(log, 99, 49, types)).toEqual({ events: 5, seconds: 50 });
    expect(await measureLag(log, 99, 95, types)).toEqual({ events: 0, seconds: 0 });
  });
});
