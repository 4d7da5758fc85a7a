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
/** Subjects asked for in one query. */
const AT_ONCE = 1_000;

/** Data keys in a MongoDB database of their own, which no backup of the views takes along. */
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
      for (let at = 0; at < subjects.length; at += AT_ONCE) {
        const some = this.keys.find({ _id: { $in: subjects.slice(at, at + AT_ONCE) } }, inTime());
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
        // Where nothing was there, a key may yet be added before this is: then it is destroyed in the next round.
        await inserted(this.keys, { _id: subject, destroyedAt: at });
        const key = stored((await this.keys.findOne({ _id: subject }, inTime()))!);
        if (!('destroyedAt' in key)) continue;
        // Also where it had been destroyed before, perhaps by a process that died before it came to this.
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
