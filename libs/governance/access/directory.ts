import { type EventStore, type Position, START, streamId } from '@waymark/core/kernel';
import type { DomainEvents } from '@waymark/modules/domain';

/** Events that define programmes or the schools where mentors are based. There are few of them. */
const types: ReadonlySet<string> = new Set([
  'ProgrammeDefined',
  'MentorAppointed',
  'MentorDetailsChanged',
] satisfies (keyof DomainEvents)[]);

/** Number of events read at once. */
const PAGE = 1_000;

/**
 * Which programmes exist, and at which schools each has a mentor. It folds the log in memory and continues where the
 * last lookup stopped. Rights depend on it, so it must not wait for the rebuild of a view.
 */
export class Directory {
  private readonly known = new Set<string>();
  private readonly bases = new Map<string, { readonly programme: string; readonly school: string }>();
  private position: Position = START;
  private reading: Promise<void> | undefined;

  constructor(private readonly log: Pick<EventStore, 'readAll' | 'head'>) {}

  async programmes(): Promise<readonly string[]> {
    await this.upToDate();
    return [...this.known];
  }

  async programmesAt(school: string): Promise<readonly string[]> {
    await this.upToDate();
    const there = [...this.bases.values()].filter((base) => base.school === school);
    return [...new Set(there.map(({ programme }) => programme))];
  }

  /** Read the events recorded since the last lookup. Concurrent lookups share one read. */
  private async upToDate(): Promise<void> {
    const head = await this.log.head();
    while (this.position < head) {
      this.reading ??= this.readNext().finally(() => (this.reading = undefined));
      await this.reading;
    }
  }

  private async readNext(): Promise<void> {
    const { events, through } = await this.log.readAll(this.position, PAGE, types);
    for (const { type, stream, data } of events) {
      if (type === ('ProgrammeDefined' satisfies keyof DomainEvents)) this.known.add(streamId(stream));
      else this.bases.set(stream, data as DomainEvents['MentorAppointed']);
    }
    this.position = through;
  }
}
