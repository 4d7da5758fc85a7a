import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Platform, type PlatformOptions } from '@waymark/platform';
import { prepare } from '../crash/workload';
import { startProcess } from '../support/process';
import { afterwards, temporaryDirectory } from '../support/stores';

/** Open a platform on a folder. It is closed after the test unless the test closes it. */
export async function opened(data: string, options: Partial<PlatformOptions> = {}): Promise<Platform> {
  const platform = await Platform.open({ data, ...options });
  let closed: Promise<void> | undefined;
  const close = platform.close.bind(platform);
  platform.close = () => (closed ??= close());
  afterwards(() => platform.close());
  return platform;
}

/** A data folder with some pupils, waiting uploads and keys, inside a temporary folder. No process uses it. */
export async function dataFolder(): Promise<{ readonly root: string; readonly data: string }> {
  const root = temporaryDirectory();
  const data = join(root, 'data');
  const platform = await opened(data);
  await prepare(platform);
  await platform.close();
  const upload = join(data, 'uploads', 'an-import', 'files', '00');
  mkdirSync(upload, { recursive: true });
  writeFileSync(join(upload, 'schools.csv'), 'URN\n990401\n');
  return { root, data };
}

/** Contents of all files of a folder, by path. */
export const filesOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => statSync(join(folder, path)).isFile())
      .sort()
      .map((path) => [path, readFileSync(join(folder, path), 'latin1')]),
  );

/** Run a backup or a restore that kills itself at a progress report; true if it finished before that. */
export async function completes(
  what: 'backup' | 'restore',
  folder: string,
  data: string,
  moments: number,
): Promise<boolean> {
  const child = startProcess('../operations/backup-child.ts', what, folder, data, String(moments));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (signal === null && code !== 0) throw new Error(`the ${what} ended with ${String(code)}`);
  return signal === null;
}
