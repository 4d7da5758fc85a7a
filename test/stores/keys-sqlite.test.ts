import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteKeyStore } from '@waymark/stores/sqlite/keys/sqlite-key-store';
import { keyStoreContract, type OpenedKeyStore } from '../contracts/key-store.contract';
import { range } from '../support/events';
import { afterwards, temporaryDirectory } from '../support/stores';

const AT = '2026-03-01T09:00:00.000Z';

function opened(file: string): SqliteKeyStore {
  const store = new SqliteKeyStore(file);
  afterwards(() => store.close());
  return store;
}

keyStoreContract('SQLite', (): Promise<OpenedKeyStore> => {
  const file = join(temporaryDirectory(), 'keys.sqlite');
  return Promise.resolve({ store: opened(file), second: () => Promise.resolve(opened(file)) });
});

describe('the SQLite key file', () => {
  const keyOf = (subject: number) => ({
    master: 'm1',
    wrapped: Buffer.from(`the wrapped key of pupil number ${String(subject).padStart(4, '0')}, all of it`),
  });

  /** The pupils whose keys occur in any file of a folder. */
  const left = (folder: string, subjects: readonly number[]): number[] => {
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
    return subjects.filter((subject) => files.some((bytes) => bytes.includes(keyOf(subject).wrapped)));
  };

  it('contains nothing of a destroyed key, nor does its write-ahead log', async () => {
    const folder = temporaryDirectory();
    const store = opened(join(folder, 'keys.sqlite'));
    // In an order that splits pages repeatedly, so that copies of keys remain in freed space.
    const subjects = range(600).map((n) => (n * 7) % 600);
    for (const n of subjects) await store.add(`p${String(n)}`, keyOf(n));
    expect(left(folder, subjects)).toHaveLength(600);

    const [erased, others] = [subjects.slice(0, 20), subjects.slice(20)];
    for (const n of erased) await store.destroy(`p${String(n)}`, AT);

    expect(left(folder, erased)).toEqual([]);
    expect(left(folder, others)).toEqual(others);
  });

  it('is readable only by its owner', async () => {
    const file = join(temporaryDirectory(), 'keys.sqlite');
    const store = opened(file);
    await store.copyTo(`${file}.copy`);

    for (const path of [file, `${file}.copy`]) expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is copied completely while it is in use', async () => {
    const file = join(temporaryDirectory(), 'keys.sqlite');
    const store = opened(file);
    await store.add('p1', keyOf(1));
    await store.destroy('p2', AT);
    await store.copyTo(`${file}.copy`);

    expect(await opened(`${file}.copy`).list(undefined, 9)).toEqual(await store.list(undefined, 9));
  });
});
