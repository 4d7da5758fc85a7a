/** Lets this process load the project's TypeScript directly, as Jest does. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid } from 'node:process';
import { transformSync } from '@swc/core';
import jest from '../../jest.config.js';

const root = join(import.meta.dirname, '../..');
const [[, options]] = Object.values(jest.transform);

/** A cache of transformed files, because tests start dozens of processes that all load the project. */
const kept = join(tmpdir(), 'waymark-launched');
mkdirSync(kept, { recursive: true });
const settings = JSON.stringify(options);

function transformed(filename) {
  const source = readFileSync(filename, 'utf8');
  const known = join(kept, createHash('sha256').update(`${settings}\0${filename}\0${source}`).digest('hex'));
  try {
    return readFileSync(known, 'utf8');
  } catch {
    const { code } = transformSync(source, { ...options, filename });
    // Rename a complete file into place, because other processes read it as soon as it exists.
    writeFileSync(`${known}.${pid}`, code);
    renameSync(`${known}.${pid}`, known);
    return code;
  }
}

Module._extensions['.ts'] = (module, filename) => module._compile(transformed(filename), filename);

const resolve = Module._resolveFilename;
Module._resolveFilename = (request, ...rest) => {
  for (const [pattern, file] of Object.entries(jest.moduleNameMapper)) {
    const found = new RegExp(pattern).exec(request);
    if (found) return resolve(file.replace('<rootDir>', root).replace('$1', found[1]), ...rest);
  }
  return resolve(request, ...rest);
};
