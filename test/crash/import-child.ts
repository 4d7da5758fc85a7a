/** A process that imports files, or continues an import that was killed, and reports the length of the log. */
import { sourceFiles } from '@waymark/core/imports';
import { Importer, unfinishedImport } from '@waymark/modules/imports/importer';
import { Platform } from '@waymark/platform';
import { still, waitToBeKilled } from './moments';

export const IMPORT = '00000000-0000-4000-8000-000000000001';

export interface Said {
  readonly events: number;
  readonly finished: boolean;
}

/** Import files as the command line does; returns the import that was killed and went on, if there was one. */
export async function importOn(
  platform: Platform,
  paths: readonly string[],
  id = IMPORT,
): Promise<string | undefined> {
  const files = await sourceFiles(paths);
  const unfinished = await unfinishedImport(platform, files);
  await new Importer(platform, unfinished ?? id, files, { actor: 'local-operator' }).run();
  await platform.settle();
  return unfinished;
}

export async function run(data: string, ...paths: string[]): Promise<void> {
  waitToBeKilled();
  const platform = await Platform.open({ data, clock: still });
  const say = async (finished: boolean): Promise<void> => {
    const said: Said = { events: await platform.events.head(), finished };
    process.send!(said);
  };
  await say(false);
  platform.events.onAppended(() => void say(false));
  await importOn(platform, paths);
  await say(true);
}
