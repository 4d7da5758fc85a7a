import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { type EventStore, Refusal } from '@waymark/core/kernel';
import { openEvents, settingsFrom } from '@waymark/platform';

/** A log that is to be read or written, wherever it is kept. */
export interface Place {
  readonly log: EventStore;
  /** It writes appends in the order in which they are given, though it has not answered those before. */
  readonly keepsOrder: boolean;
}

const SQLITE = 'sqlite:';
const ENVIRONMENT = 'esdb:';
const URL = /^esdb(\+discover)?:\/\/\S+$/;

/**
 * The log that some words name, such as a command line has: `sqlite:` with a folder or a file, or the URL of EventStoreDB;
 * `esdb:` alone is the URL in EVENTSTORE_URL, for credentials are not to stand on a command line. What is to be read must be
 * there; what is to be written is begun where it is not.
 */
export async function openPlace(
  words: string,
  use: 'read' | 'write',
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Place> {
  const { file, url } = located(words, environment);
  if (file !== undefined && use === 'read' && !existsSync(file))
    throw new Refusal('NO_LOG', 'There is no log at the place that is to be read.', 'missing');
  if (file !== undefined) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return { log: await openEvents(file ?? '', url), keepsOrder: url === undefined };
}

/** Whether some words name the same log as others. */
export const isSamePlace = (
  one: string,
  other: string,
  environment: Readonly<Record<string, string | undefined>>,
): boolean => {
  const [a, b] = [located(one, environment), located(other, environment)];
  return a.file === b.file && a.url === b.url;
};

function located(
  words: string,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly file?: string; readonly url?: string } {
  if (words === ENVIRONMENT) {
    const url = settingsFrom(environment).engines.events;
    if (url === undefined)
      throw new Refusal('WRONG_PLACE', 'EVENTSTORE_URL does not say which server esdb: is.');
    return { url };
  }
  if (URL.test(words)) return { url: words };
  if (!words.startsWith(SQLITE) || words === SQLITE) {
    throw new Refusal(
      'WRONG_PLACE',
      'A place is sqlite:<folder or file>, esdb: for the server in EVENTSTORE_URL, or its URL.',
    );
  }
  const path = resolve(words.slice(SQLITE.length));
  return { file: isFolder(path) ? join(path, 'events.sqlite') : path };
}

const isFolder = (path: string): boolean =>
  existsSync(path) ? statSync(path).isDirectory() : extname(path) === '';
