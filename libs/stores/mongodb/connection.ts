import {
  type Abortable,
  type Collection,
  type CommandOperationOptions,
  type Db,
  MongoBulkWriteError,
  MongoClient,
  type MongoClientOptions,
  MongoNetworkError,
  MongoOperationTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
  MongoWriteConcernError,
  type OptionalUnlessRequiredId,
} from 'mongodb';
import { StoreUnavailable } from '@waymark/core/kernel';

/** Connection options; the defaults suit a cluster. */
export type MongoOptions = Pick<
  MongoClientOptions,
  'maxPoolSize' | 'monitorCommands' | 'serverSelectionTimeoutMS' | 'socketTimeoutMS'
>;

/**
 * Options that every command accepts. The driver's types declare `signal` only for some commands, but all of
 * them have `comment`, and all honour the signal.
 */
type Timed = Abortable & Pick<CommandOperationOptions, 'comment'>;

const DATABASE = 'waymark';
/** Time limit for one command, in milliseconds. */
const IN_TIME = 30_000;
/** Time limit for creating an index, in milliseconds: longer than a large view takes. */
export const INDEXING = 120_000;

/** MongoDB's error code for a duplicate id. */
export const DUPLICATE_KEY = 11_000;

/**
 * Error codes of a server that is shutting down, is no longer the primary, or cannot confirm a majority write.
 * The driver has already retried.
 */
const NOT_NOW: ReadonlySet<unknown> = new Set([
  6, 7, 64, 89, 91, 100, 134, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436,
]);

/**
 * The database in a connection string's path, or `waymark` if there is none. A write counts once it is on disk
 * on a majority of servers, and reads return only such writes: nothing that was read can be undone by a change
 * of primary.
 */
export function openDatabase(url: string, options: MongoOptions = {}): Db {
  try {
    const client = new MongoClient(url, {
      appName: 'waymark',
      maxPoolSize: 20,
      serverSelectionTimeoutMS: 10_000,
      // A server that is silent for this long is considered gone, and pending operations fail.
      connectTimeoutMS: 10_000,
      socketTimeoutMS: INDEXING,
      ...options,
      readPreference: 'primary',
      readConcern: { level: 'majority' },
      writeConcern: { w: 'majority', journal: true, wtimeoutMS: 30_000 },
    });
    const [, path] = /^[^:]+:\/\/[^/?]*\/([^?]+)/.exec(url) ?? [];
    return client.db(path === undefined ? DATABASE : decodeURIComponent(path));
  } catch {
    // The driver's message may contain parts of the string, and so a password.
    throw new Error(
      'the connection string is not a valid MongoDB connection string: check its scheme, hosts and options',
    );
  }
}

/**
 * Options required for every command. If a connection breaks while a command is being written to it, the driver
 * (7.9) waits for the socket without limit, and only this signal ends the wait.
 */
export const inTime = (ms = IN_TIME): Timed => ({ signal: AbortSignal.timeout(ms) });

/**
 * The result of a MongoDB operation. Throws {@link StoreUnavailable} for this store if the server does not
 * respond or cannot confirm a write.
 */
export async function answered<T>(work: () => Promise<T>, store = 'view store'): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isNoAnswer(error) ? new StoreUnavailable(store, { cause: error }) : error;
  }
}

const isNoAnswer = (error: unknown): boolean =>
  error instanceof MongoNetworkError ||
  error instanceof MongoOperationTimeoutError ||
  (error instanceof DOMException && error.name === 'TimeoutError') ||
  // While a command is being written to a socket, the driver passes on the system's error.
  (error instanceof Error && 'syscall' in error) ||
  error instanceof MongoServerSelectionError ||
  error instanceof MongoWriteConcernError ||
  (error instanceof MongoServerError && NOT_NOW.has(error.code)) ||
  // A bulk write wraps the network error in its own error.
  (error instanceof MongoBulkWriteError && isNoAnswer(error.errorResponse));

/** Insert a document. False if its id already exists. */
export async function inserted<Document extends { readonly _id: string }>(
  collection: Collection<Document>,
  document: OptionalUnlessRequiredId<Document>,
): Promise<boolean> {
  try {
    await collection.insertOne(document, inTime());
    return true;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return false;
    throw error;
  }
}
