import pMap from 'p-map';

/** Maximum number of items in progress. Concurrent writes share the store's commits. */
const AT_ONCE = 64;

/**
 * Process all items with limited concurrency, starting them in order. After a failure no further item is started; the error is
 * thrown once the items in progress have ended.
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
