import type Database from 'better-sqlite3';
import { type ControlDocument, ControlMoved, type ControlStore } from '@waymark/core/kernel';
import { asPromise } from '../../shared/as-promise';

interface Row {
  id: string;
  revision: number;
  doc: string;
}

/** Control documents in a table of the file that holds the views' rows. */
export class SqliteControlStore implements ControlStore {
  private readonly one: Database.Statement<[string], Row>;
  private readonly some: Database.Statement<[string, string], Row>;
  private readonly insert: Database.Statement<[string, string]>;
  private readonly update: Database.Statement<[string, string, number]>;
  private readonly erase: Database.Statement<[string, number]>;

  constructor(db: Database.Database) {
    db.exec(
      'CREATE TABLE IF NOT EXISTS control (id TEXT PRIMARY KEY, revision INTEGER NOT NULL, doc TEXT NOT NULL) STRICT',
    );
    this.one = db.prepare('SELECT * FROM control WHERE id = ?');
    this.some = db.prepare('SELECT * FROM control WHERE substr(id, 1, length(?)) = ? ORDER BY id');
    this.insert = db.prepare('INSERT INTO control VALUES (?, 1, ?) ON CONFLICT DO NOTHING');
    this.update = db.prepare(
      'UPDATE control SET revision = revision + 1, doc = ? WHERE id = ? AND revision = ?',
    );
    this.erase = db.prepare('DELETE FROM control WHERE id = ? AND revision = ?');
  }

  get(id: string): Promise<ControlDocument | undefined> {
    return asPromise(() => {
      const row = this.one.get(id);
      return row && found(row);
    });
  }

  list(prefix: string): Promise<readonly ControlDocument[]> {
    return asPromise(() => this.some.all(prefix, prefix).map(found));
  }

  put(id: string, expected: number | 'none', doc: object): Promise<number> {
    return asPromise(() => {
      const text = JSON.stringify(doc);
      const { changes } =
        expected === 'none' ? this.insert.run(id, text) : this.update.run(text, id, expected);
      if (changes === 0) throw new ControlMoved(id);
      return expected === 'none' ? 1 : expected + 1;
    });
  }

  remove(id: string, expected: number): Promise<void> {
    return asPromise(() => {
      if (this.erase.run(id, expected).changes === 0) throw new ControlMoved(id);
    });
  }
}

const found = ({ id, revision, doc }: Row): ControlDocument => ({
  id,
  revision,
  doc: JSON.parse(doc) as object,
});
