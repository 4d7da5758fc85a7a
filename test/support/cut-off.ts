import { CheckpointMoved, Fenced, type RowSet, rowSetName, type RowStore, START } from '@waymark/core/kernel';

/**
 * Rows in a store without transactions, which writes the rows of a batch before its checkpoint: writers can be
 * interrupted between the two.
 */
export class CutOffRows {
  readonly rows: RowStore;
  /** Decides which commits are interrupted from now on. */
  cuts: (view: RowSet) => boolean = () => false;
  private readonly checkpoints = new Map<string, { position: number; epoch: number }>();

  constructor(inner: RowStore) {
    const checkpointOf = (view: RowSet) =>
      this.checkpoints.get(rowSetName(view)) ?? { position: START, epoch: 0 };
    const own: Pick<RowStore, 'checkpoint' | 'fence' | 'commit'> = {
      checkpoint: (view) => Promise.resolve(checkpointOf(view).position),
      fence: (view, epoch) => {
        const at = checkpointOf(view);
        if (at.epoch > epoch) return Promise.reject(new Fenced(view.name, epoch, at.epoch));
        this.checkpoints.set(rowSetName(view), { ...at, epoch });
        return Promise.resolve(at.position);
      },
      commit: async (view, batch) => {
        const { from, to, epoch } = batch;
        const at = checkpointOf(view);
        if (at.epoch > epoch) throw new Fenced(view.name, epoch, at.epoch);
        if (at.position !== from) throw new CheckpointMoved(view.name, from, at.position);
        await inner.commit(view, { ...batch, from: await inner.checkpoint(view), epoch: 0 });
        if (this.cuts(view)) throw new Error('cut off');
        this.checkpoints.set(rowSetName(view), { position: to, epoch });
      },
    };
    this.rows = Object.assign(Object.create(inner) as RowStore, own);
  }
}
