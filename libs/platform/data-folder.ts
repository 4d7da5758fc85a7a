import { readdirSync } from 'node:fs';
import { Refusal } from '@waymark/core/kernel';
import type { Settings } from './settings';
import { KEYS_FOLDER } from './stores';

/** A data folder that cannot be used. The path is for the terminal of the person who set it, and not part of the message. */
export class DataFolderRefused extends Refusal {
  constructor(
    code: string,
    message: string,
    kind: 'missing' | 'invalid',
    readonly folder: string,
  ) {
    super(code, message, kind);
  }
}

type Place = Pick<Settings, 'data' | 'engines'>;

/** Entries by which a data folder is recognised: any one of them is enough. */
const STORES: ReadonlySet<string> = new Set([
  ...['events.sqlite', 'views.sqlite', 'jobs.sqlite', 'seals.jsonl'],
  KEYS_FOLDER,
]);

/** Directory that some file systems create at the root of a volume. */
const LOST_AND_FOUND = 'lost+found';

/** Whether stores that the data folder would hold are not there. Throws `NOT_A_DATA_FOLDER`. */
export const lacksStores = ({ data, engines }: Place): boolean =>
  !hasStores(data) && (engines.events === undefined || engines.rows === undefined);

/** Throws `NO_DATA` if stores that the data folder would hold are not there, or `NOT_A_DATA_FOLDER`. */
export function demandStores(place: Place): void {
  if (lacksStores(place)) throw noData(place.data);
}

/** Throws `NOT_A_DATA_FOLDER` if the data folder is a file, or a folder of other things. */
export const demandDataFolder = ({ data }: Place): void => void hasStores(data);

function hasStores(data: string): boolean {
  const entries = entriesOf(data);
  if (entries.some((name) => STORES.has(name))) return true;
  if (entries.every((name) => name === LOST_AND_FOUND)) return false;
  throw notADataFolder(data);
}

function entriesOf(data: string): string[] {
  try {
    return readdirSync(data);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') throw notADataFolder(data);
    throw error;
  }
}

const notADataFolder = (data: string): Refusal =>
  new DataFolderRefused(
    'NOT_A_DATA_FOLDER',
    'WAYMARK_DATA names a file, or a folder with other files and without data of Waymark. Set it to a data folder, or to a new or empty folder.',
    'invalid',
    data,
  );

const noData = (data: string): Refusal =>
  new DataFolderRefused(
    'NO_DATA',
    'The data folder (WAYMARK_DATA, or .waymark) does not exist or is empty. Set WAYMARK_DATA to an existing data folder, or create one: `waymark import` or `npm start` does so.',
    'missing',
    data,
  );
