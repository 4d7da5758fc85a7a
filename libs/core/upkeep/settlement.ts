import type { EventStore } from '@waymark/core/kernel';
import type { Catalog, Serving } from '@waymark/core/projections';
import type { Reactor } from '@waymark/core/reactions';

/** How long views and policies may make no progress before settling fails, in milliseconds. */
const PATIENCE = 30_000;
/** Interval between progress checks, in milliseconds. */
const CHECK_INTERVAL = 1_000;

/** Waits until all events in the log have been projected and reacted to, by any process. */
export class Settlement {
  constructor(
    private readonly events: EventStore,
    private readonly serving: Serving,
    private readonly catalog: Catalog,
    private readonly reactor: Reactor,
  ) {}

  /** Throws if there is no progress for too long. Views that have stopped are not waited for. */
  async settle(): Promise<void> {
    for (;;) {
      const head = await this.events.head();
      await this.waitWithProgress(head, (ms) => this.reactor.reached(head, ms));
      await this.waitWithProgress(head, async (ms) =>
        this.serving.reached(await this.serving.waitable(), head, ms),
      );
      if ((await this.events.head()) === head) return;
    }
  }

  private async waitWithProgress(head: number, reached: (ms: number) => Promise<boolean>): Promise<void> {
    let [position, since] = [await this.position(), Date.now()];
    while (!(await reached(CHECK_INTERVAL))) {
      const now = await this.position();
      if (now !== position) [position, since] = [now, Date.now()];
      else if (Date.now() - since > PATIENCE)
        throw new Error(
          `views are at ${position} and make no progress towards ${String(head)}. Check that a worker is running.`,
        );
    }
  }

  private async position(): Promise<string> {
    const position = await this.serving.position(await this.serving.waitable());
    const builds = [...(await this.catalog.records()).values()].map(({ building }) => building?.state);
    return `${String(position)} ${builds.join(' ')}`;
  }
}
