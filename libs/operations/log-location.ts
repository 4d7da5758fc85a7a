import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { type LogStore, Refusal } from '@waymark/core/kernel';
import { openEvents, settingsFrom } from '@waymark/platform';

/** A log opened from a location on the command line. */
export interface OpenedLog {
  readonly log: LogStore;
  /** Whether concurrent appends are written in the order in which they are made. */
  readonly keepsOrder: boolean;
}

const SQLITE = 'sqlite:';
const FROM_ENVIRONMENT = 'esdb:';
const EVENTSTORE_URL = /^esdb(\+discover)?:\/\/\S+$/;

/**
 * Open the log at a location: `sqlite:` followed by a folder or a file, the URL of an EventStoreDB server, or `esdb:` alone
 * for the URL in EVENTSTORE_URL, which keeps credentials off the command line. A log to be read must exist; a log to be
 * written is created if it does not. Throws `NO_LOG`, `WRONG_PLACE`, or `LOG_DAMAGED` unless it is opened to be verified.
 */
export async function openLog(
  words: string,
  use: 'read' | 'write' | 'verify',
  environment: Readonly<Record<string, string | undefined>>,
): Promise<OpenedLog> {
  const { file, url } = parseLocation(words, environment);
  if (file !== undefined && use !== 'write' && !existsSync(file))
    throw new Refusal(
      'NO_LOG',
      'There is no log at the location to be read. Check the folder or file after sqlite:.',
      'missing',
    );
  if (file !== undefined) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return {
    log: await openEvents(file ?? '', url, { readonly: use === 'verify' }),
    keepsOrder: url === undefined,
  };
}

/** Whether two locations name the same log. */
export const isSameLog = (
  one: string,
  other: string,
  environment: Readonly<Record<string, string | undefined>>,
): boolean => {
  const [a, b] = [parseLocation(one, environment), parseLocation(other, environment)];
  return a.file === b.file && a.url === b.url;
};

function parseLocation(
  words: string,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly file?: string; readonly url?: string } {
  if (words === FROM_ENVIRONMENT) {
    const url = settingsFrom(environment).engines.events;
    if (url === undefined)
      throw new Refusal('WRONG_PLACE', 'The location esdb: needs EVENTSTORE_URL to be set.');
    return { url };
  }
  if (EVENTSTORE_URL.test(words)) return { url: words };
  if (!words.startsWith(SQLITE) || words === SQLITE) {
    throw new Refusal(
      'WRONG_PLACE',
      'A location must be sqlite:<folder or file>, esdb: for the server in EVENTSTORE_URL, or an esdb:// URL.',
    );
  }
  const path = resolve(words.slice(SQLITE.length));
  return { file: isFolder(path) ? join(path, 'events.sqlite') : path };
}

const isFolder = (path: string): boolean =>
  existsSync(path) ? statSync(path).isDirectory() : extname(path) === '';
