import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy to a local server that can cut connections. */
export interface Proxy {
  readonly port: number;
  /** Cut all existing connections. New ones are accepted. */
  cut(): void;
  /**
   * Cut a connection when its client next sends matching data: before forwarding it, so that the server never
   * sees it, or after, so that the client never sees the response. Resolves once that has happened.
   */
  cutAt(matches: Matches, when: 'before' | 'after'): Promise<void>;
  /**
   * Close a connection in order when its client next sends matching data, without reading the rest: like a
   * server that is being stopped.
   */
  hangUpAt(matches: Matches): Promise<void>;
  /**
   * Hold back the next matching data from a client. Resolves once that has happened, with a function that
   * releases it.
   */
  holdAt(matches: Matches): Promise<() => void>;
  close(): Promise<void>;
}

export type Matches = (sent: Buffer) => boolean;

/** A trap for sent data, which decides whether it is forwarded. */
interface Trap {
  readonly matches: Matches;
  readonly spring: (way: Way, sent: Buffer) => void;
}

/** A connection through the proxy. */
interface Way {
  readonly client: Socket;
  readonly upstream: Socket;
  /** Called instead of forwarding the next response. */
  onAnswer?: () => void;
}

/** Listen on a free port, and forward everything to another port. */
export async function startProxy(to: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let trap: Trap | undefined;

  const server = createServer((client) => {
    const way: Way = { client, upstream: connect(to, '127.0.0.1') };
    for (const socket of [client, way.upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      // Errors also end in 'close': an unreachable server, a disconnected client.
      socket
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket);
          cut(way);
        });
    }
    client.on('data', (sent: Buffer) => {
      const caught = trap?.matches(sent) ? trap : undefined;
      if (caught) {
        trap = undefined;
        caught.spring(way, sent);
      } else {
        way.upstream.write(sent);
      }
    });
    way.upstream.on('data', (answer) => {
      if (way.onAnswer) way.onAnswer();
      else client.write(answer);
    });
  });

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    cutAt: (matches, when) =>
      new Promise((resolve) => {
        const done = (way: Way): void => {
          cut(way);
          resolve();
        };
        const before = (way: Way): void => done(way);
        const after = (way: Way, sent: Buffer): void => {
          way.onAnswer = () => done(way);
          way.upstream.write(sent);
        };
        trap = { matches, spring: when === 'before' ? before : after };
      }),
    hangUpAt: (matches) =>
      new Promise((resolve) => {
        trap = {
          matches,
          spring: ({ client }) => {
            client.pause();
            client.end();
            resolve();
          },
        };
      }),
    holdAt: (matches) =>
      new Promise((resolve) => {
        trap = {
          matches,
          spring: ({ client, upstream }, sent) => {
            client.pause();
            resolve(() => {
              upstream.write(sent);
              client.resume();
            });
          },
        };
      }),
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

function cut({ client, upstream }: Way): void {
  for (const socket of [client, upstream]) socket.destroy();
}
