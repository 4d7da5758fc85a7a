import { join } from 'node:path';
import { keyFromFile } from '@waymark/adapters/keys-file/key-file';
import { localMasterKey } from '@waymark/adapters/keys-file/master-key';
import type { MasterKey } from '@waymark/kernel';
import type { Settings } from './settings';
import { KEYS } from './stores';

/** The master key that wraps data keys, and those by which they may still be wrapped. */
export interface Masters {
  readonly master: MasterKey;
  readonly former: readonly MasterKey[];
}

/** The master keys that the settings give; without them, one in the data folder. */
export function masterKeys({ data, masterKeys: given }: Pick<Settings, 'data' | 'masterKeys'>): Masters {
  const current = given?.current ?? keyFromFile(join(data, KEYS, 'master.key'));
  return { master: localMasterKey(current), former: (given?.former ?? []).map(localMasterKey) };
}
