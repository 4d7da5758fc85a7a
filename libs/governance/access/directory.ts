import { type EventStore, type Position, START, streamId } from '@waymark/core/kernel';
import type { DomainEvents } from '@waymark/modules/domain';

/** Events that say which programmes exist and where their mentors are based. They are few: one for each change. */
const types: ReadonlySet<string> = new Set([
  'ProgrammeDefined',
  'MentorAppointed',
  'MentorDetailsChanged',
] satisfies (keyof DomainEvents)[]);

/** Events read together. */
const PAGE = 1_000;

/**
 * Which programmes exist, and at which schools each has a mentor. Folded in memory from the log itself, from where the last
 * lookup left it: rights depend on it, and no view that is being built may delay them.
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

  /** Read what was recorded since the last lookup. Lookups that come together share one reading. */
  private async upToDate(): Promise<void> {
    const head = await this.log.head();
    while (this.position < head) {
      this.reading ??= this.readOn().finally(() => (this.reading = undefined));
      await this.reading;
    }
  }

  private async readOn(): Promise<void> {
    const { events, through } = await this.log.readAll(this.position, PAGE, types);
    for (const { type, stream, data } of events) {
      if (type === ('ProgrammeDefined' satisfies keyof DomainEvents)) this.known.add(streamId(stream));
      else this.bases.set(stream, data as DomainEvents['MentorAppointed']);
    }
    this.position = through;
  }
}
