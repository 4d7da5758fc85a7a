import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Path of a file in the package, whether the code runs from its sources or from `dist`. */
export const packageFile = (...path: string[]): string => join(packageRoot(__dirname), ...path);

function packageRoot(folder: string): string {
  const manifest = join(folder, 'package.json');
  if (existsSync(manifest) && nameIn(manifest) === 'waymark') return folder;
  const parent = dirname(folder);
  if (parent === folder)
    throw new Error('no package.json of waymark was found in the folders above the code');
  return packageRoot(parent);
}

const nameIn = (manifest: string): unknown =>
  (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly name?: unknown }).name;
