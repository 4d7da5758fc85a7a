import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const BYTES = 32;

/** A secret key in a file that only its owner may read; created on first use. */
export function keyFromFile(file: string): Buffer {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (!existsSync(file)) create(file);
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
  if (key.length !== BYTES)
    throw new Error(`the key in ${file} is not ${String(BYTES)} bytes in hexadecimal`);
  return key;
}

/**
 * Create the file atomically: a concurrent process, or one after a crash, must find neither a partial key nor a
 * different one.
 */
function create(file: string): void {
  const own = `${file}.${randomUUID()}`;
  writeFileSync(own, randomBytes(BYTES).toString('hex'), { flag: 'wx', mode: 0o600, flush: true });
  try {
    linkSync(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(own);
  }
}
