import { type Collection, type Db, MongoServerError } from 'mongodb';
import {
  CheckpointMoved,
  type ControlStore,
  type Epoch,
  Fenced,
  type FindRows,
  type KeyedRow,
  type Parked,
  type Position,
  type RowBatch,
  type RowSet,
  rowSetName,
  RowsGone,
  type RowStore,
  START,
  type StoredRow,
} from '@waymark/core/kernel';
import { answered, INDEXING, inserted, inTime, type MongoOptions, openDatabase } from '../connection';
import { MongoControlStore } from './mongo-control-store';
import { collectionName, finding, guarded, indexOn, PARKED, type Rows, writeAll } from './rows';

interface Checkpoint {
  readonly _id: string;
  readonly position: Position;
  readonly epoch: Epoch;
  /** Absent if 0. */
  readonly revision?: number;
}

/** Maximum number of keys in one query. */
const KEYS_PER_QUERY = 1_000;
/** MongoDB's error code for a collection that does not exist. */
const NAMESPACE_NOT_FOUND = 26;

/**
 * Views' rows in MongoDB: a collection for each generation of a view, a document for each row, and an index for
 * each searchable field.
 * There are no transactions. Rows are written first, each only if it is unchanged since it was loaded, and the
 * checkpoint afterwards. A reader in between finds rows ahead of the checkpoint, and skips the events they
 * already reflect. So no event counts twice if a writer stops half-way, if its response is lost, or if several
 * processes write at the same time.
 */
export class MongoRowStore implements RowStore {
  readonly control: ControlStore;
  private readonly checkpoints: Collection<Checkpoint>;

  constructor(private readonly db: Db) {
    this.checkpoints = db.collection('checkpoints');
    this.control = new MongoControlStore(db.collection('control'));
  }

  /** Connect to the database of a connection string. Throws {@link StoreUnavailable} if no server responds. */
  static async open(url: string, options?: MongoOptions): Promise<MongoRowStore> {
    const db = openDatabase(url, options);
    await answered(() => db.client.connect());
    return new MongoRowStore(db);
  }

  prepare(view: RowSet, indexes: 'now' | 'later' = 'now'): Promise<void> {
    return answered(async () => {
      // The checkpoint is written last: if it exists, the indexes exist.
      await this.createIndexes(view, indexes === 'now' ? view.indexes : []);
      await inserted(this.checkpoints, { _id: rowSetName(view), position: START, epoch: 0 });
    });
  }

  index(view: RowSet): Promise<void> {
    return answered(() => this.createIndexes(view, view.indexes));
  }

  missingIndexes(view: RowSet): Promise<string[]> {
    return answered(async () => {
      const indexes = await this.rows(view).indexes(inTime()).catch(noneIfMissing);
      const there = new Set(indexes.map(({ key }) => JSON.stringify(key)));
      return view.indexes.filter((field) => !there.has(JSON.stringify(indexOn(field))));
    });
  }

  checkpoint(view: RowSet): Promise<Position> {
    return answered(async () => (await this.checkpointOf(view))?.position ?? START);
  }

  revision(view: RowSet): Promise<number> {
    return answered(async () => (await this.checkpointOf(view))?.revision ?? 0);
  }

  fence(view: RowSet, epoch: Epoch): Promise<Position> {
    return answered(async () => {
      const raised = await this.checkpoints.findOneAndUpdate(
        { _id: rowSetName(view), epoch: { $lte: epoch } },
        { $set: { epoch } },
        inTime(),
      );
      if (raised) return raised.position;
      const at = await this.checkpointOf(view);
      throw at ? new Fenced(view.name, epoch, at.epoch) : new RowsGone(view);
    });
  }

  load(view: RowSet, keys: readonly string[]): Promise<Map<string, StoredRow>> {
    return this.reading(view, async () => {
      const found = new Map<string, StoredRow>();
      for (let at = 0; at < keys.length; at += KEYS_PER_QUERY) {
        const some = this.rows(view).find({ _id: { $in: keys.slice(at, at + KEYS_PER_QUERY) } }, inTime());
        for (const { _id, ...stored } of await some.toArray()) found.set(_id, stored);
      }
      return found;
    });
  }

  commit(view: RowSet, { from, to, epoch, changes, ahead = false }: RowBatch): Promise<void> {
    return answered(async () => {
      const writes = [...changes].map(([key, change]) => guarded(key, change, to));
      if (writes.length > 0) {
        const refusal = await this.refusal(view, from, epoch);
        if (refusal) throw refusal;
        if (!(await writeAll(this.rows(view), writes))) throw await this.conflict(view, from, epoch);
      }
      const { matchedCount } = await this.checkpoints.updateOne(
        { _id: rowSetName(view), position: from, epoch: { $lte: epoch } },
        { $set: { position: to, epoch }, $inc: { revision: writes.length > 0 || ahead ? 1 : 0 } },
        inTime(),
      );
      if (matchedCount === 0) throw await this.conflict(view, from, epoch);
    });
  }

  find(view: RowSet, query: FindRows = {}): Promise<KeyedRow[]> {
    return this.reading(view, async () => {
      const { filter, hint } = finding(view, query);
      if (query.limit === 0) return []; // which MongoDB would treat as no limit
      const found = await this.rows(view)
        .find(filter, { hint, projection: { row: 1 }, limit: query.limit ?? 0, ...inTime() })
        .sort({ _id: 1 })
        .toArray();
      return found.map(({ _id, row }) => ({ key: _id, row: row! }));
    });
  }

  parked(view: RowSet): Promise<{ key: string; parked: Parked }[]> {
    return answered(async () => {
      const found = await this.rows(view)
        .find(
          { 'parked.position': { $exists: true } },
          { hint: PARKED, projection: { parked: 1 }, ...inTime() },
        )
        .sort({ _id: 1 })
        .toArray();
      return found.map(({ _id, parked }) => ({ key: _id, parked: parked! }));
    });
  }

  /** The size covers all documents, including deleted rows, before compression. */
  size(view: RowSet): Promise<{ rows: number; bytes: number }> {
    return answered(async () => {
      const { collectionName: collStats } = this.rows(view);
      const { size } = await this.db.command({ collStats }, inTime());
      return {
        rows: await this.rows(view).countDocuments({ row: { $ne: null } }, inTime()),
        bytes: Number(size),
      };
    });
  }

  names(): Promise<readonly string[]> {
    return answered(async () => {
      const all = this.checkpoints.find({}, { projection: { _id: 1 }, ...inTime() });
      return (await all.sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
    });
  }

  drop(view: RowSet): Promise<void> {
    return answered(async () => {
      // The checkpoint is deleted first: rows without a checkpoint are harmless, a checkpoint without rows is
      // not.
      await this.checkpoints.deleteOne({ _id: rowSetName(view) }, inTime());
      await this.rows(view)
        .drop(inTime())
        .catch((error: unknown) => {
          if (!(error instanceof MongoServerError && error.message.includes('ns not found'))) throw error;
        });
    });
  }

  close(): Promise<void> {
    return this.db.client.close();
  }

  private rows(view: RowSet): Rows {
    return this.db.collection(collectionName(rowSetName(view)));
  }

  private async createIndexes(view: RowSet, fields: readonly string[]): Promise<void> {
    const found = fields.map((field) => ({ key: indexOn(field) }));
    await this.rows(view).createIndexes([{ key: PARKED, sparse: true }, ...found], inTime(INDEXING));
  }

  /** Read a view's rows. During a drop, reads return few or no rows, or the cursor fails. */
  private reading<T>(view: RowSet, read: () => Promise<T>): Promise<T> {
    return answered(async () => {
      try {
        const found = await read();
        await this.requireExists(view);
        return found;
      } catch (error) {
        if (error instanceof MongoServerError) await this.requireExists(view);
        throw error;
      }
    });
  }

  /** Checked after the read, because a drop deletes the checkpoint first. */
  private async requireExists(view: RowSet): Promise<void> {
    if (!(await this.checkpointOf(view))) throw new RowsGone(view);
  }

  private checkpointOf(view: RowSet): Promise<Checkpoint | null> {
    return this.checkpoints.findOne({ _id: rowSetName(view) }, inTime());
  }

  /** Why this owner may not write from this position; undefined if it may. */
  private async refusal(view: RowSet, from: Position, epoch: Epoch): Promise<Error | undefined> {
    const at = await this.checkpointOf(view);
    if (!at) return new RowsGone(view);
    if (at.epoch > epoch) return new Fenced(view.name, epoch, at.epoch);
    return at.position === from ? undefined : new CheckpointMoved(view.name, from, at.position);
  }

  /** The error for a batch that lost against another writer, on rows or on the checkpoint. */
  private async conflict(view: RowSet, from: Position, epoch: Epoch): Promise<Error> {
    return (await this.refusal(view, from, epoch)) ?? new CheckpointMoved(view.name, from, from);
  }
}

/** A collection that does not exist has no indexes. */
function noneIfMissing(error: unknown): [] {
  if (error instanceof MongoServerError && error.code === NAMESPACE_NOT_FOUND) return [];
  throw error;
}
