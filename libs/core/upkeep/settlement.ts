import type { EventStore } from '@waymark/core/kernel';
import type { Catalog, Serving } from '@waymark/core/projections';
import type { Reactor } from '@waymark/core/reactions';

/** How long views and policies may make no progress before waiting for them is given up, in milliseconds. */
const PATIENCE = 30_000;
/** How long to wait at a time, in milliseconds. */
const STRETCH = 1_000;

/** Waits until all that the log holds has been projected and reacted to, by this process or others. */
export class Settlement {
  constructor(
    private readonly events: EventStore,
    private readonly serving: Serving,
    private readonly catalog: Catalog,
    private readonly reactor: Reactor,
  ) {}

  /** Throws where they do not get on. A view that has stopped is not waited for. */
  async settle(): Promise<void> {
    for (;;) {
      const head = await this.events.head();
      await this.patiently(head, (ms) => this.reactor.reached(head, ms));
      await this.patiently(head, async (ms) => this.serving.reached(await this.serving.going(), head, ms));
      if ((await this.events.head()) === head) return;
    }
  }

  private async patiently(head: number, reached: (ms: number) => Promise<boolean>): Promise<void> {
    let [position, since] = [await this.position(), Date.now()];
    while (!(await reached(STRETCH))) {
      const now = await this.position();
      if (now !== position) [position, since] = [now, Date.now()];
      else if (Date.now() - since > PATIENCE)
        throw new Error(
          `views are at ${position} and do not get on to ${String(head)}: is a worker running?`,
        );
    }
  }

  private async position(): Promise<string> {
    const position = await this.serving.position(await this.serving.going());
    const builds = [...(await this.catalog.records()).values()].map(({ building }) => building?.state);
    return `${String(position)} ${builds.join(' ')}`;
  }
}
