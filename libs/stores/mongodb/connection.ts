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

/** How to reach MongoDB; what is left out has a default that suits a cluster. */
export type MongoOptions = Pick<
  MongoClientOptions,
  'maxPoolSize' | 'monitorCommands' | 'serverSelectionTimeoutMS' | 'socketTimeoutMS'
>;

/** What any command takes: its types name the signal for some only, but all have a comment, and heed the signal. */
type Timed = Abortable & Pick<CommandOperationOptions, 'comment'>;

const DATABASE = 'waymark';
/** How long one command may take, in milliseconds. */
const IN_TIME = 30_000;
/** The same of making an index: longer than one of a large view takes. */
export const INDEXING = 120_000;

/** The number of a MongoDB error that says an id is taken. */
export const DUPLICATE_KEY = 11_000;

/**
 * Numbers of the errors of a server that is going, has ceased to be the primary, or cannot say that a majority wrote; the
 * driver has tried again already.
 */
const NOT_NOW: ReadonlySet<unknown> = new Set([
  6, 7, 64, 89, 91, 100, 134, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436,
]);

/**
 * The database that a connection string's path names, `waymark` where it names none. What is written is on the disks of
 * a majority before it counts, and only that is read: nothing that is seen can be undone by a change of primary.
 */
export function openDatabase(url: string, options: MongoOptions = {}): Db {
  try {
    const client = new MongoClient(url, {
      appName: 'waymark',
      maxPoolSize: 20,
      serverSelectionTimeoutMS: 10_000,
      // A server that is silent at this is taken for gone, and what waits for it is told.
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
    // The driver's own words may repeat parts of it, and so a password.
    throw new Error('the connection string is none that MongoDB takes: check its scheme, hosts and options');
  }
}

/**
 * Options of a command, each of which needs this: where a connection goes just as a command is written to it, the driver
 * (7.9) waits without end for room in its socket, and heeds no timeout but this signal.
 */
export const inTime = (ms = IN_TIME): Timed => ({ signal: AbortSignal.timeout(ms) });

/** What MongoDB answers; {@link StoreUnavailable} of this store where it does not, or cannot say whether it wrote. */
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
  // While a socket is to take a command in, the driver says what became of it in the system's words.
  (error instanceof Error && 'syscall' in error) ||
  error instanceof MongoServerSelectionError ||
  error instanceof MongoWriteConcernError ||
  (error instanceof MongoServerError && NOT_NOW.has(error.code)) ||
  // A bulk write puts what went wrong on the way into an error of its own.
  (error instanceof MongoBulkWriteError && isNoAnswer(error.errorResponse));

/** Write a new document. False where its id is taken. */
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
