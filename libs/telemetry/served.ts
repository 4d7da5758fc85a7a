import { type Position, rowSetName, type View } from '@waymark/core/kernel';
import { generationOf, readable } from '@waymark/core/projections';
import { views } from '@waymark/modules';
import type { Platform } from '@waymark/platform';

/** A generation of a view and its checkpoint. */
interface Reached {
  readonly set: View;
  readonly position: Position;
}

/** The generations of a view. */
export interface Served {
  readonly view: string;
  /** The generation that queries read; absent if none has been built yet. */
  readonly from?: Reached;
  /** Why that generation stopped, if it did. */
  readonly stopped?: string;
  /** The generation that is being built. */
  readonly building?: Reached;
}

/** The generations of every view, as recorded in the shared catalog. */
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
