import { join } from 'node:path';
import type { MasterKey } from '@waymark/core/kernel';
import { keyFromFile } from '@waymark/stores/files/key-file';
import { localMasterKey } from '@waymark/stores/files/master-key';
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
