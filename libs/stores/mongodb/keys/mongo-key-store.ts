import { Binary, type Collection, type Db } from 'mongodb';
import type { DestroyedKey, KeyStore, StoredKey, WrappedKey } from '@waymark/core/kernel';
import { answered, inserted, inTime, type MongoOptions, openDatabase } from '../connection';

interface Document {
  /** The subject. */
  readonly _id: string;
  readonly master?: string;
  readonly wrapped?: Binary;
  readonly destroyedAt?: string;
}

interface Counter {
  readonly _id: string;
  readonly count: number;
}

const DESTRUCTIONS = 'destructions';
/** Maximum number of subjects in one query. */
const SUBJECTS_PER_QUERY = 1_000;

/** Data keys in a MongoDB database of their own, so that a backup of the views does not include them. */
export class MongoKeyStore implements KeyStore {
  private readonly keys: Collection<Document>;
  private readonly counters: Collection<Counter>;

  constructor(private readonly db: Db) {
    this.keys = db.collection('keys');
    this.counters = db.collection('counters');
  }

  static async open(url: string, options?: MongoOptions): Promise<MongoKeyStore> {
    const db = openDatabase(url, options);
    await served(() => db.client.connect());
    return new MongoKeyStore(db);
  }

  load(subjects: readonly string[]): Promise<ReadonlyMap<string, StoredKey>> {
    return served(async () => {
      const found = new Map<string, StoredKey>();
      for (let at = 0; at < subjects.length; at += SUBJECTS_PER_QUERY) {
        const some = this.keys.find({ _id: { $in: subjects.slice(at, at + SUBJECTS_PER_QUERY) } }, inTime());
        for (const document of await some.toArray()) found.set(document._id, stored(document));
      }
      return found;
    });
  }

  add(subject: string, key: WrappedKey): Promise<StoredKey> {
    return served(async () => {
      if (await inserted(this.keys, { _id: subject, ...asDocument(key) })) return key;
      return stored((await this.keys.findOne({ _id: subject }, inTime()))!);
    });
  }

  destroy(subject: string, at: string): Promise<DestroyedKey> {
    return served(async () => {
      for (;;) {
        await this.keys.updateOne(
          { _id: subject, destroyedAt: { $exists: false } },
          { $set: { destroyedAt: at }, $unset: { master: '', wrapped: '' } },
          inTime(),
        );
        // If there was no document, a key may be added before this insert: it is then destroyed in the next
        // round.
        await inserted(this.keys, { _id: subject, destroyedAt: at });
        const key = stored((await this.keys.findOne({ _id: subject }, inTime()))!);
        if (!('destroyedAt' in key)) continue;
        // Also if it was destroyed before, because that process may have died before reaching this point.
        await this.counters.updateOne(
          { _id: DESTRUCTIONS },
          { $inc: { count: 1 } },
          { upsert: true, ...inTime() },
        );
        return key;
      }
    });
  }

  rewrap(subject: string, before: WrappedKey, after: WrappedKey): Promise<boolean> {
    return served(async () => {
      const { matchedCount } = await this.keys.updateOne(
        { _id: subject, ...asDocument(before) },
        { $set: asDocument(after) },
        inTime(),
      );
      return matchedCount === 1;
    });
  }

  list(
    after: string | undefined,
    limit: number,
  ): Promise<readonly { readonly subject: string; readonly key: StoredKey }[]> {
    return served(async () => {
      const page = this.keys
        .find(after === undefined ? {} : { _id: { $gt: after } }, inTime())
        .sort({ _id: 1 })
        .limit(limit);
      return (await page.toArray()).map((document) => ({ subject: document._id, key: stored(document) }));
    });
  }

  version(): Promise<number> {
    return served(async () => (await this.counters.findOne({ _id: DESTRUCTIONS }, inTime()))?.count ?? 0);
  }

  async close(): Promise<void> {
    await this.db.client.close();
  }
}

const served = <T>(work: () => Promise<T>): Promise<T> => answered(work, 'key store');

const asDocument = ({ master, wrapped }: WrappedKey): { master: string; wrapped: Binary } => ({
  master,
  wrapped: new Binary(wrapped),
});

const stored = ({ master, wrapped, destroyedAt }: Document): StoredKey =>
  destroyedAt === undefined ? { master: master!, wrapped: Buffer.from(wrapped!.buffer) } : { destroyedAt };
