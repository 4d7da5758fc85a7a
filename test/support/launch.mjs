/** For a process that a test starts: loads a TypeScript file of the project and calls its `run`. */
import { createRequire } from 'node:module';
import { argv } from 'node:process';
import './typescript.mjs';

const [file, ...args] = argv.slice(2);
createRequire(import.meta.url)(file).run(...args);
