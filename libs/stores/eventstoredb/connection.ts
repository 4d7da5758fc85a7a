import { type BaseOptions, EventStoreDBClient } from '@eventstore/db-client';

/** A client, and the options to pass with each of its calls. */
export interface Connection {
  readonly client: EventStoreDBClient;
  readonly as: Pick<BaseOptions, 'credentials'>;
}

const CREDENTIALS = /^(\s*esdb(?:\+discover)?:\/\/)([^:@]+):([^@]+)@/;

/**
 * Connect to the server of an `esdb://` or `esdb+discover://` connection string, on first use.
 * The credentials are removed from the string before the client gets it: the client prints the whole string if
 * it contains an unknown option, and includes it in its errors. The credentials are passed with each call
 * instead.
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
