/** In a process that a test starts: takes this project's TypeScript as it is, as Jest does, and calls a file's `run`. */
import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { join } from 'node:path';
import { argv } from 'node:process';
import { transformSync } from '@swc/core';
import jest from '../../jest.config.js';

const root = join(import.meta.dirname, '../..');
const [[, options]] = Object.values(jest.transform);
Module._extensions['.ts'] = (module, filename) => {
  module._compile(transformSync(readFileSync(filename, 'utf8'), { ...options, filename }).code, filename);
};

const resolve = Module._resolveFilename;
Module._resolveFilename = (request, ...rest) => {
  for (const [pattern, file] of Object.entries(jest.moduleNameMapper)) {
    const found = new RegExp(pattern).exec(request);
    if (found) return resolve(file.replace('<rootDir>', root).replace('$1', found[1]), ...rest);
  }
  return resolve(request, ...rest);
};

const [file, ...args] = argv.slice(2);
createRequire(import.meta.url)(file).run(...args);
