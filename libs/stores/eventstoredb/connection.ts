import { type BaseOptions, EventStoreDBClient } from '@eventstore/db-client';

/** A client, and the options that go with each of its calls. */
export interface Connection {
  readonly client: EventStoreDBClient;
  readonly as: Pick<BaseOptions, 'credentials'>;
}

const CREDENTIALS = /^(\s*esdb(?:\+discover)?:\/\/)([^:@]+):([^@]+)@/;

/**
 * Connect to what an `esdb://` or `esdb+discover://` string names, once it is needed.
 *
 * The client never sees the credentials in that string: it prints it, whole, where it does not know an option in it,
 * and its errors carry it. They go with each call instead.
 */
export function connect(connectionString: string): Connection {
  const [, scheme, username, password] = CREDENTIALS.exec(connectionString) ?? [];
  if (scheme === undefined || username === undefined || password === undefined) {
    return { client: EventStoreDBClient.connectionString(connectionString), as: {} };
  }
  return {
    client: EventStoreDBClient.connectionString(connectionString.replace(CREDENTIALS, scheme)),
    as: {
      credentials: { username: decodeURIComponent(username), password: decodeURIComponent(password) },
    },
  };
}
