import { join } from 'node:path';
import type { MasterKey } from '@waymark/core/kernel';
import { Keyring } from '@waymark/core/log';
import { localMasterKey } from '@waymark/stores/files/master-key';
import { SqliteKeyStore } from '@waymark/stores/sqlite/keys/sqlite-key-store';
import { afterwards, temporaryDirectory } from './stores';

/** A deterministic master key for each letter. */
export const masterKey = (letter: string): MasterKey => localMasterKey(Buffer.alloc(32, letter));

/** A key store for one test; `connect` opens it again, as from another process. */
export function openKeys(): { readonly keys: SqliteKeyStore; readonly connect: () => SqliteKeyStore } {
  const file = join(temporaryDirectory(), 'keys.sqlite');
  const connect = (): SqliteKeyStore => {
    const keys = new SqliteKeyStore(file);
    afterwards(() => keys.close());
    return keys;
  };
  return { keys: connect(), connect };
}

export const keyringOn = (keys: SqliteKeyStore, master = masterKey('m')): Keyring =>
  new Keyring({ keys, master });
