import { isDeepStrictEqual } from 'node:util';
import type { EventStore, KeyedRow, RowStore, View } from '@waymark/core/kernel';
import type { Verified } from './catalog';

const PAGE = 1_000;
/** How often to recheck differing rows: the two generations may be at different positions. */
const RECHECKS = 5;
const PAUSE = 100;

/**
 * Read all rows of a generation and compare them with the live one, if both have the same version. Both are
 * updated meanwhile, so differing rows are rechecked before they are counted.
 */
export async function compare(
  events: EventStore,
  rows: RowStore,
  view: View,
  serving: View | undefined,
): Promise<Verified> {
  const ours = pages(rows, view);
  if (!serving) {
    let count = 0;
    for await (const _row of ours) count += 1;
    return { rows: count };
  }
  let count = 0;
  let differing: string[] = [];
  const theirs = pages(rows, serving);
  let [one, other] = [await ours.next(), await theirs.next()];
  while (!one.done || !other.done) {
    const order = one.done ? 1 : other.done ? -1 : compareKeys(one.value.key, other.value.key);
    if (order === 0 && !isDeepStrictEqual(one.value!.row, other.value!.row)) differing.push(one.value!.key);
    if (order < 0) differing.push(one.value!.key);
    if (order > 0) differing.push(other.value!.key);
    if (order <= 0) {
      count += 1;
      one = await ours.next();
    }
    if (order >= 0) other = await theirs.next();
  }
  for (let look = 1; look <= RECHECKS && differing.length > 0; look += 1) {
    await bothReach(await events.head(), rows, [view, serving]);
    differing = await stillDiffering(rows, view, serving, differing);
  }
  return { rows: count, different: differing.length };
}

async function bothReach(head: number, rows: RowStore, views: readonly View[]): Promise<void> {
  for (let look = 1; look <= 20; look += 1) {
    const positions = await Promise.all(views.map((view) => rows.checkpoint(view)));
    if (positions.every((position) => position >= head)) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

async function stillDiffering(
  rows: RowStore,
  one: View,
  other: View,
  keys: readonly string[],
): Promise<string[]> {
  const differing: string[] = [];
  for (let at = 0; at < keys.length; at += PAGE) {
    const some = keys.slice(at, at + PAGE);
    const [ours, theirs] = await Promise.all([rows.load(one, some), rows.load(other, some)]);
    const row = (of: typeof ours, key: string): object | null => of.get(key)?.row ?? null;
    differing.push(...some.filter((key) => !isDeepStrictEqual(row(ours, key), row(theirs, key))));
  }
  return differing;
}

async function* pages(rows: RowStore, view: View): AsyncGenerator<KeyedRow, undefined> {
  let after: string | undefined;
  for (;;) {
    const page = await rows.find(view, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield* page;
    if (page.length < PAGE) return undefined;
    after = page.at(-1)!.key;
  }
}

/** The key order of the stores: bytewise. */
const compareKeys = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other));
