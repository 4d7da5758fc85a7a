import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server on this machine that can be cut. */
export interface Proxy {
  readonly port: number;
  /** Cut every connection that is there. New ones are let through. */
  cut(): void;
  /**
   * Cut a connection when its client next sends something that matches: before it is passed on, so that the server never
   * sees it, or after, so that the client never sees the answer. Resolves once that has happened.
   */
  cutAt(matches: Matches, when: 'before' | 'after'): Promise<void>;
  /**
   * Close a connection in order when its client next sends something that matches, with no more of it taken in: as a server
   * does that is stopped meanwhile.
   */
  hangUpAt(matches: Matches): Promise<void>;
  /** Hold back what a client next sends that matches. Resolves once that has happened, with how to let it through. */
  holdAt(matches: Matches): Promise<() => void>;
  close(): Promise<void>;
}

export type Matches = (sent: Buffer) => boolean;

/** What lies in wait for something that is sent: it is passed on as the trap says, or not. */
interface Trap {
  readonly matches: Matches;
  readonly spring: (way: Way, sent: Buffer) => void;
}

/** A connection through the proxy. */
interface Way {
  readonly client: Socket;
  readonly upstream: Socket;
  /** What to do in place of passing the next answer on. */
  onAnswer?: () => void;
}

/** Listen on a port of its own, and pass everything on to another. */
export async function startProxy(to: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let trap: Trap | undefined;

  const server = createServer((client) => {
    const way: Way = { client, upstream: connect(to, '127.0.0.1') };
    for (const socket of [client, way.upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      // Errors too end in 'close': a server that is not there, a client that is gone.
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
