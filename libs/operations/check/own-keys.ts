import type { EventStore } from '@waymark/core/kernel';
import { type LostKey, lostKeys } from '@waymark/core/log';
import { erasedIds } from '@waymark/governance/privacy';
import { hasMasterKey, loadMasterKeys, openKeys, type Settings } from '@waymark/platform';

/**
 * The persons of a log whose keys are lost, according to the key store in the settings. Undefined if the master key is not
 * at hand, as on the machine of an auditor.
 */
export async function lostKeysOf(
  log: EventStore,
  settings: Pick<Settings, 'data' | 'engines' | 'masterKeys'>,
): Promise<readonly LostKey[] | undefined> {
  if (!hasMasterKey(settings)) return undefined;
  const { master, former } = loadMasterKeys(settings);
  const keys = await openKeys(settings.data, settings.engines.keys);
  try {
    return await lostKeys(log, { keys, masters: [master, ...former], erased: await erasedIds(log) });
  } finally {
    await keys.close();
  }
}
