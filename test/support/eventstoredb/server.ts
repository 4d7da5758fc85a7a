import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer, type Server as Listener, type Socket } from 'node:net';
import type { Credentials } from '@eventstore/db-client';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { AppendFault, Checkpoints, Faults } from './faults';
import { Log } from './log';
import type { Considered, Happenings, Node } from './node';
import { gossip, GossipService, streams, StreamsService } from './service';

export interface StandInOptions {
  readonly log?: Log;
  /** Port to listen on; any free port if left out. */
  readonly port?: number;
  /** Key and certificate for TLS. */
  readonly tls?: { readonly key: Buffer; readonly certificate: Buffer };
  readonly credentials?: Credentials;
}

/**
 * A stand-in for an EventStoreDB server: streams, `$all` and subscriptions as clients see them, with faults on
 * request. It is a single node unless it is given others.
 */
export class StandIn implements Node {
  readonly log: Log;
  readonly faults: Faults = { appends: [], checkpoints: 'due', delay: 0 };
  readonly considered: Considered = { readings: 0, subscriptions: 0 };
  readonly happenings = new EventEmitter<Happenings>();
  readonly late: Promise<unknown>[] = [];
  readonly readers = new Set<Promise<unknown>>();
  readonly credentials: Credentials | undefined;
  port: number;
  members: readonly StandIn[] = [this];
  leads = true;
  private readonly grpc = new Server();
  private readonly security: ServerCredentials;
  private readonly sockets = new Set<Socket>();
  private listener: Listener | undefined;

  constructor({ log = new Log(), port = 0, tls, credentials }: StandInOptions = {}) {
    this.log = log;
    this.port = port;
    this.credentials = credentials;
    this.security = tls
      ? ServerCredentials.createSsl(null, [{ private_key: tls.key, cert_chain: tls.certificate }])
      : ServerCredentials.createInsecure();
    this.grpc.addService(StreamsService, streams(this));
    this.grpc.addService(GossipService, gossip(this));
  }

  get url(): string {
    return `esdb://127.0.0.1:${String(this.port)}?tls=false`;
  }

  get listens(): boolean {
    return this.listener?.listening === true;
  }

  /** Start, or resume, accepting connections. */
  async listen(): Promise<void> {
    const injector = this.grpc.createConnectionInjector(this.security);
    this.listener = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
      injector.injectConnection(socket);
    });
    this.listener.listen(this.port, '127.0.0.1');
    await once(this.listener, 'listening');
    this.port = (this.listener.address() as AddressInfo).port;
  }

  /** Cut all connections and refuse new ones. */
  async refuse(): Promise<void> {
    const closed = new Promise((resolve) => this.listener?.close(resolve));
    this.cut();
    await Promise.all([closed, ...this.readers]);
  }

  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Simulate a restart of the process: only the log is kept. */
  async restart(): Promise<void> {
    await this.refuse();
    this.log.forget();
    await this.listen();
  }

  async stop(): Promise<void> {
    await this.refuse();
    this.grpc.forceShutdown();
  }

  failAppends(...faults: AppendFault[]): void {
    this.faults.appends.push(...faults);
  }

  sendCheckpoints(checkpoints: Checkpoints): void {
    this.faults.checkpoints = checkpoints;
  }

  delayAnswers(milliseconds: number): void {
    this.faults.delay = milliseconds;
  }

  writeSystemEvents(count: number): void {
    this.log.writeOwn(count);
  }
}
