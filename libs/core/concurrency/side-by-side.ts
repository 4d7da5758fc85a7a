import pMap from 'p-map';

/** How much is under way at once: what is, shares the store's commits. */
const AT_ONCE = 64;

/**
 * Do something with every item, some at a time, beginning them in their order. After a failure nothing more is begun;
 * it is thrown once what is under way has ended.
 */
export async function sideBySide<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const begin = async (item: Item): Promise<void> => {
    const piece = work(item);
    underWay.add(piece);
    try {
      await piece;
    } finally {
      underWay.delete(piece);
    }
  };
  try {
    await pMap(items, begin, { concurrency: AT_ONCE, stopOnError: true });
  } finally {
    // pMap itself rejects at the first failure.
    await Promise.allSettled(underWay);
  }
}
