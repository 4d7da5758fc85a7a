import { type EventStore, type Position, type RecordedEvent, START } from '@waymark/core/kernel';

/** Number of events read at once. */
const PAGE = 1_000;

/**
 * Passes the events of some types to a fold in memory, in order and each once. It continues where it stopped the last
 * time, so it suits types of which there are few.
 */
export class Following {
  private position: Position = START;
  private reading: Promise<void> | undefined;

  constructor(
    private readonly log: Pick<EventStore, 'readAll' | 'head'>,
    private readonly types: ReadonlySet<string>,
    private readonly fold: (event: RecordedEvent) => void,
  ) {}

  /** Fold the events recorded since the last call. Concurrent calls share one read. */
  async upToDate(): Promise<void> {
    const head = await this.log.head();
    while (this.position < head) {
      this.reading ??= this.readNext().finally(() => (this.reading = undefined));
      await this.reading;
    }
  }

  private async readNext(): Promise<void> {
    const { events, through } = await this.log.readAll(this.position, PAGE, this.types);
    for (const event of events) this.fold(event);
    this.position = through;
  }
}
