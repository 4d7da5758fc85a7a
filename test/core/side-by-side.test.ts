import { setImmediate as nextTurn } from 'node:timers/promises';
import { sideBySide } from '@waymark/core/concurrency';

const range = (length: number): number[] => Array.from({ length }, (_, n) => n);

/** Work on items, each of which ends when the test says so. */
function workshop() {
  const begun: number[] = [];
  const ended: number[] = [];
  const ends = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  return {
    begun,
    ended,
    ends,
    work: async (item: number): Promise<void> => {
      begun.push(item);
      try {
        await new Promise<void>((resolve, reject) => ends.set(item, { resolve, reject }));
      } finally {
        ended.push(item);
      }
    },
  };
}

/** The current outcome of a promise. */
function outcomeOf(promise: Promise<void>): { outcome: string } {
  const seen = { outcome: 'under way' };
  promise.then(
    () => (seen.outcome = 'done'),
    (error: unknown) => (seen.outcome = (error as Error).message),
  );
  return seen;
}

describe.each([
  ['a list', (items: number[]) => items],
  [
    'items that arrive over time',
    async function* (items: number[]) {
      for (const item of items) {
        await nextTurn();
        yield item;
      }
    },
  ],
])('side by side, with %s', (_, itemsOf) => {
  it('processes every item, starting in order of arrival', async () => {
    const seen: number[] = [];
    await sideBySide(itemsOf(range(200)), async (item) => {
      seen.push(item);
      await nextTurn();
    });
    expect(seen).toEqual(range(200));
  });

  it('starts 64 at once, and the next one when one has ended', async () => {
    const { begun, ends, work } = workshop();
    const all = sideBySide(itemsOf(range(66)), work);
    for (let turn = 0; turn < 300; turn += 1) await nextTurn();
    expect(begun).toEqual(range(64));
    ends.get(7)!.resolve();
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    expect(begun).toEqual(range(65));
    for (const item of range(66)) {
      while (!ends.has(item)) await nextTurn();
      ends.get(item)!.resolve();
    }
    await all;
    expect(begun).toEqual(range(66));
  });

  it('starts nothing more after a failure, and reports it once the running work has ended', async () => {
    const { begun, ended, ends, work } = workshop();
    const seen = outcomeOf(sideBySide(itemsOf(range(100)), work));
    for (let turn = 0; turn < 300; turn += 1) await nextTurn();
    ends.get(3)!.reject(new Error('the third failed'));
    for (const item of range(63).filter((n) => n !== 3)) ends.get(item)!.resolve();
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    expect({ begun, ...seen }).toEqual({ begun: range(64), outcome: 'under way' });

    ends.get(63)!.reject(new Error('the last failed too'));
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    expect({ begun, ...seen }).toEqual({ begun: range(64), outcome: 'the third failed' });
    expect([...ended].sort((a, b) => a - b)).toEqual(range(64));
  });
});

it('waits for the running work if the source of the items fails', async () => {
  const { begun, ends, work } = workshop();
  const seen = outcomeOf(
    sideBySide(
      (async function* () {
        yield* range(2);
        await nextTurn();
        throw new Error('no more items');
      })(),
      work,
    ),
  );
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  ends.get(0)!.resolve();
  for (let turn = 0; turn < 10; turn += 1) await nextTurn();
  expect({ begun, ...seen }).toEqual({ begun: [0, 1], outcome: 'under way' });
  ends.get(1)!.resolve();
  for (let turn = 0; turn < 10; turn += 1) await nextTurn();
  expect(seen.outcome).toBe('no more items');
});
