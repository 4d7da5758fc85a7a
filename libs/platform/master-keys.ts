import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { MasterKey } from '@waymark/core/kernel';
import { keyFromFile } from '@waymark/stores/files/key-file';
import { localMasterKey } from '@waymark/stores/files/master-key';
import type { Settings } from './settings';
import { KEYS_FOLDER } from './stores';

/** The current master key, and former ones that data keys may still be wrapped with. */
export interface LoadedMasterKeys {
  readonly master: MasterKey;
  readonly former: readonly MasterKey[];
}

/** Whether the master key is at hand: given, or in the data folder. */
export const hasMasterKey = ({ data, masterKeys }: Pick<Settings, 'data' | 'masterKeys'>): boolean =>
  masterKeys?.current !== undefined || existsSync(join(data, KEYS_FOLDER, 'master.key'));

/** Load the master keys from the settings. The current one defaults to a file in the data folder, created on first use. */
export function loadMasterKeys({
  data,
  masterKeys: given,
}: Pick<Settings, 'data' | 'masterKeys'>): LoadedMasterKeys {
  const current = given?.current ?? keyFromFile(join(data, KEYS_FOLDER, 'master.key'));
  return { master: localMasterKey(current), former: (given?.former ?? []).map(localMasterKey) };
}
