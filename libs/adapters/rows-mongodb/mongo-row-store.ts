import { MongoServerError, type Collection, type Db } from 'mongodb';
import {
  CheckpointMoved,
  Fenced,
  START,
  rowSetName,
  type ControlStore,
  type Epoch,
  type FindRows,
  type KeyedRow,
  type Parked,
  type Position,
  type RowBatch,
  type RowSet,
  type RowStore,
  type StoredRow,
} from '@waymark/kernel';
import { answered, inTime, inserted, openDatabase, type MongoOptions } from '../shared/mongodb';
import { MongoControlStore } from './mongo-control-store';
import { PARKED, collectionName, finding, guarded, indexOn, writeAll, type Rows } from './rows';

interface Checkpoint {
  readonly _id: string;
  readonly position: Position;
  readonly epoch: Epoch;
}

/** Keys that are asked for at once. */
const KEYS_AT_ONCE = 1_000;

/**
 * Views' rows in MongoDB: a collection for each generation of a view, a document for each row, an index for each field that it
 * is searched by.
 *
 * No transactions. Rows are written first, each only if it is as it was loaded, and the checkpoint after them. Whoever comes
 * between finds rows that are ahead of the checkpoint, and leaves out the events that they have seen: so nothing counts
 * twice when a writer ends half-way, or when its answer is lost, or when several write at once.
 */
export class MongoRowStore implements RowStore {
  readonly control: ControlStore;
  private readonly checkpoints: Collection<Checkpoint>;

  constructor(private readonly db: Db) {
    this.checkpoints = db.collection('checkpoints');
    this.control = new MongoControlStore(db.collection('control'));
  }

  /** Connect to the database that a connection string names. Throws {@link StoreUnavailable} where no server answers. */
  static async open(url: string, options?: MongoOptions): Promise<MongoRowStore> {
    const db = openDatabase(url, options);
    await answered(() => db.client.connect());
    return new MongoRowStore(db);
  }

  prepare(view: RowSet, indexes: 'now' | 'later' = 'now'): Promise<void> {
    return answered(async () => {
      // The checkpoint last: where it is, the indexes are.
      await this.createIndexes(view, indexes === 'now' ? view.indexes : []);
      await inserted(this.checkpoints, { _id: rowSetName(view), position: START, epoch: 0 });
    });
  }

  index(view: RowSet): Promise<void> {
    return answered(() => this.createIndexes(view, view.indexes));
  }

  checkpoint(view: RowSet): Promise<Position> {
    return answered(async () => (await this.where(view))?.position ?? START);
  }

  fence(view: RowSet, epoch: Epoch): Promise<Position> {
    return answered(async () => {
      const raised = await this.checkpoints.findOneAndUpdate(
        { _id: rowSetName(view), epoch: { $lte: epoch } },
        { $set: { epoch } },
      );
      if (raised) return raised.position;
      const at = await this.where(view);
      throw at ? new Fenced(view.name, epoch, at.epoch) : missing(view);
    });
  }

  load(view: RowSet, keys: readonly string[]): Promise<Map<string, StoredRow>> {
    return answered(async () => {
      const found = new Map<string, StoredRow>();
      for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
        const some = this.rows(view).find({ _id: { $in: keys.slice(at, at + KEYS_AT_ONCE) } }, inTime());
        for (const { _id, ...stored } of await some.toArray()) found.set(_id, stored);
      }
      return found;
    });
  }

  commit(view: RowSet, { from, to, epoch, changes }: RowBatch): Promise<void> {
    return answered(async () => {
      const writes = [...changes].map(([key, change]) => guarded(key, change, to));
      if (writes.length > 0) {
        const refusal = await this.refusal(view, from, epoch);
        if (refusal) throw refusal;
        if (!(await writeAll(this.rows(view), writes))) throw await this.moved(view, from, epoch);
      }
      const { matchedCount } = await this.checkpoints.updateOne(
        { _id: rowSetName(view), position: from, epoch: { $lte: epoch } },
        { $set: { position: to, epoch } },
      );
      if (matchedCount === 0) throw await this.moved(view, from, epoch);
    });
  }

  find(view: RowSet, query: FindRows = {}): Promise<KeyedRow[]> {
    return answered(async () => {
      const { filter, hint } = finding(view, query);
      if (query.limit === 0) return []; // which to MongoDB means all of them
      const found = await this.rows(view)
        .find(filter, { hint, projection: { row: 1 }, limit: query.limit ?? 0 })
        .sort({ _id: 1 })
        .toArray();
      return found.map(({ _id, row }) => ({ key: _id, row: row! }));
    });
  }

  parked(view: RowSet): Promise<{ key: string; parked: Parked }[]> {
    return answered(async () => {
      const found = await this.rows(view)
        .find({ 'parked.position': { $exists: true } }, { hint: PARKED, projection: { parked: 1 } })
        .sort({ _id: 1 })
        .toArray();
      return found.map(({ _id, parked }) => ({ key: _id, parked: parked! }));
    });
  }

  /** The bytes are those of all documents, deleted rows' too, before compression. */
  size(view: RowSet): Promise<{ rows: number; bytes: number }> {
    return answered(async () => {
      const { collectionName: collStats } = this.rows(view);
      const { size } = await this.db.command({ collStats });
      return { rows: await this.rows(view).countDocuments({ row: { $ne: null } }), bytes: Number(size) };
    });
  }

  names(): Promise<readonly string[]> {
    return answered(async () => {
      const all = this.checkpoints.find({}, { projection: { _id: 1 } });
      return (await all.sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
    });
  }

  drop(view: RowSet): Promise<void> {
    return answered(async () => {
      // The checkpoint first: rows without one are of no consequence, one without its rows would be.
      await this.checkpoints.deleteOne({ _id: rowSetName(view) });
      await this.rows(view)
        .drop()
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
    await this.rows(view).createIndexes([{ key: PARKED, sparse: true }, ...found]);
  }

  private where(view: RowSet): Promise<Checkpoint | null> {
    return this.checkpoints.findOne({ _id: rowSetName(view) });
  }

  /** Why nothing may be written from there by that owner; undefined where it may. */
  private async refusal(view: RowSet, from: Position, epoch: Epoch): Promise<Error | undefined> {
    const at = await this.where(view);
    if (!at) return missing(view);
    if (at.epoch > epoch) return new Fenced(view.name, epoch, at.epoch);
    return at.position === from ? undefined : new CheckpointMoved(view.name, from, at.position);
  }

  /** The refusal of a batch that another writer came before, with rows or with the checkpoint. */
  private async moved(view: RowSet, from: Position, epoch: Epoch): Promise<Error> {
    return (await this.refusal(view, from, epoch)) ?? new CheckpointMoved(view.name, from, from);
  }
}

const missing = (view: RowSet): Error =>
  new Error(`view ${view.name} is not there: it was not prepared, or has been dropped`);
