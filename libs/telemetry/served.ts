import { type Position, rowSetName, type View } from '@waymark/core/kernel';
import { generationOf, readable } from '@waymark/core/projections';
import { views } from '@waymark/modules';
import type { Platform } from '@waymark/platform';

/** A generation of a view, and the position up to which it has seen the log. */
interface Reached {
  readonly set: View;
  readonly position: Position;
}

/** How a view answers. */
export interface Served {
  readonly view: string;
  /** What it answers from; absent where nothing was built yet. */
  readonly from?: Reached;
  /** Why that goes no further, where it has stopped at an event. */
  readonly stopped?: string;
  /** What it is to answer from next. */
  readonly building?: Reached;
}

/** How every view answers, by what all processes know of it. */
export async function servedViews({
  catalog,
  rowStore,
}: Pick<Platform, 'catalog' | 'rowStore'>): Promise<Served[]> {
  const records = await catalog.records();
  const reached = async (set: View): Promise<Reached> => ({ set, position: await rowStore.checkpoint(set) });
  return Promise.all(
    views.map(async (view) => {
      const record = records.get(view.name);
      if (!record) return { view: view.name };
      const [set, next] = [readable(view, record), generationOf(view, record.building)];
      const stopped = set && record.stopped[rowSetName(set)]?.reason;
      return {
        view: view.name,
        ...(set && { from: await reached(set) }),
        ...(stopped === undefined ? {} : { stopped }),
        ...(next && { building: await reached(next) }),
      };
    }),
  );
}
