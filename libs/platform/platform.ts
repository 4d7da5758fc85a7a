import { mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { cp, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { SqliteEventStore } from '@waymark/adapters/events-sqlite/sqlite-event-store';
import { keyFromFile } from '@waymark/adapters/keys-file/key-file';
import { SqliteRowStore } from '@waymark/adapters/rows-sqlite/sqlite-row-store';
import { domain } from '@waymark/domain';
import type { EventStore, RowStore } from '@waymark/kernel';
import { policies } from '@waymark/policies';
import { Projector, Reactor, Submitter, claims, type Clock } from '@waymark/runtime';
import { readPublishedRates, views, type PublishedRates } from '@waymark/views';
import { packaged } from './package-root';

const SCRATCH = 'scratch-';
/** How long a copy may be in use, in milliseconds. */
const DAY = 86_400_000;

export interface PlatformOptions {
  /** Folder of the embedded stores. */
  readonly data: string;
  readonly clock?: Clock;
  /** Told of a view that stopped, or a policy that failed and will be tried again. */
  readonly onFault?: (what: string, reason: string) => void;
}

/** Everything put together: the one place where adapters are chosen. */
export class Platform {
  private constructor(
    private readonly options: PlatformOptions,
    private readonly log: SqliteEventStore,
    private readonly tables: SqliteRowStore,
    readonly submitter: Submitter,
    readonly projector: Projector,
    readonly reactor: Reactor,
    readonly published: PublishedRates,
  ) {}

  /** Open the embedded default: SQLite files in one folder, no server. */
  static async open(options: PlatformOptions): Promise<Platform> {
    const { data, clock, onFault } = options;
    mkdirSync(data, { recursive: true, mode: 0o700 });
    const events = new SqliteEventStore(join(data, 'events.sqlite'));
    const rows = new SqliteRowStore(join(data, 'views.sqlite'));
    const submitter = new Submitter({
      events,
      modules: domain,
      hashKey: keyFromFile(join(data, 'keys', 'hash.key')),
      ...(clock ? { clock } : {}),
    });
    const known = new Set([...domain, claims].flatMap(({ folds }) => [...folds.keys()]));
    const projector = new Projector({
      events,
      rows,
      views,
      known,
      onStopped: (view, reason) => onFault?.(`view ${view}`, reason),
      onFailed: (error) => onFault?.('views', String(error)),
    });
    const reactor = new Reactor({
      events,
      rows,
      policies,
      submitter,
      onFailed: (error) => onFault?.('policies', String(error)),
    });
    const published = readPublishedRates(
      readFileSync(packaged('data', 'reference', 'dfe-attendance-2025-26.csv')),
    );
    const platform = new Platform(options, events, rows, submitter, projector, reactor, published);
    await projector.start();
    reactor.start();
    return platform;
  }

  get events(): EventStore {
    return this.log;
  }

  get rows(): RowStore {
    return this.tables;
  }

  /** Folder of the embedded stores. */
  get data(): string {
    return this.options.data;
  }

  /** Until every view and policy has seen all that the log holds now. */
  async settle(): Promise<void> {
    await this.reactor.catchUp();
    await this.projector.catchUp();
  }

  /** A copy of everything to try something on; closing it removes it. */
  async scratch(): Promise<Platform> {
    this.removeOldScratches();
    const data = await mkdtemp(join(this.options.data, SCRATCH));
    // The views first: what they lack they take from the log, but they must not be ahead of it.
    await this.tables.copyTo(join(data, 'views.sqlite'));
    await this.log.copyTo(join(data, 'events.sqlite'));
    await cp(join(this.options.data, 'keys'), join(data, 'keys'), { recursive: true });
    const copy = await Platform.open({ ...this.options, data });
    copy.removeOnClose = true;
    return copy;
  }

  private removeOnClose = false;

  /** Copies that a process which was killed has left behind: they hold personal data. */
  private removeOldScratches(): void {
    for (const name of readdirSync(this.options.data).filter((entry) => entry.startsWith(SCRATCH))) {
      const folder = join(this.options.data, name);
      if (Date.now() - statSync(folder).mtimeMs > DAY) rmSync(folder, { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    await this.reactor.stop();
    await this.projector.stop();
    await this.log.close();
    await this.tables.close();
    if (this.removeOnClose) rmSync(this.options.data, { recursive: true, force: true });
  }
}
