import { closeSync, openSync } from 'node:fs';

/**
 * Create an empty SQLite file that only its owner may use, if there is no file. Returns its name. SQLite gives the files of
 * its write-ahead log the same mode. Nothing is created for `:memory:`.
 */
export function privateFile(file: string): string {
  if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600));
  return file;
}
