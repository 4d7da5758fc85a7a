import type { Collection } from 'mongodb';
import { type ControlDocument, ControlMoved, type ControlStore } from '@waymark/core/kernel';
import { answered, inserted, inTime } from '../connection';
import { asJson } from './rows';

interface Stored {
  readonly _id: string;
  readonly revision: number;
  readonly doc: object;
}

/** The highest code point: every id with a prefix sorts before the prefix followed by this character. */
const LAST = '\u{10ffff}';

/** Control documents in a collection of the database that holds the views' rows. */
export class MongoControlStore implements ControlStore {
  constructor(private readonly documents: Collection<Stored>) {}

  get(id: string): Promise<ControlDocument | undefined> {
    return answered(async () => {
      const stored = await this.documents.findOne({ _id: id }, inTime());
      return stored ? found(stored) : undefined;
    });
  }

  list(prefix: string): Promise<readonly ControlDocument[]> {
    return answered(async () => {
      const range = { $gte: prefix, $lt: prefix + LAST };
      return (await this.documents.find({ _id: range }, inTime()).sort({ _id: 1 }).toArray()).map(found);
    });
  }

  put(id: string, expected: number | 'none', doc: object): Promise<number> {
    return answered(async () => {
      const revision = expected === 'none' ? 1 : expected + 1;
      const next = { revision, doc: asJson(doc) };
      const written =
        expected === 'none'
          ? await inserted(this.documents, { _id: id, ...next })
          : (await this.documents.replaceOne({ _id: id, revision: expected }, next, inTime()))
              .matchedCount === 1;
      if (!written) throw new ControlMoved(id);
      return revision;
    });
  }

  remove(id: string, expected: number): Promise<void> {
    return answered(async () => {
      const { deletedCount } = await this.documents.deleteOne({ _id: id, revision: expected }, inTime());
      if (deletedCount === 0) throw new ControlMoved(id);
    });
  }
}

const found = ({ _id, revision, doc }: Stored): ControlDocument => ({ id: _id, revision, doc });
