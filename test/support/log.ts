import type { LogPage, RecordedEvent } from '@waymark/core/kernel';
import { newEvent } from './events';

/** A log in memory that counts how often it is read. */
export class Log {
  readonly events: RecordedEvent[] = [];
  reads = 0;

  add(stream: string, type: string, data: object): void {
    const position = this.events.length;
    this.events.push({ ...newEvent(type, data), stream, revision: 0, position });
  }

  head(): Promise<number> {
    return Promise.resolve(this.events.length - 1);
  }

  readAll(after: number, limit: number, types?: ReadonlySet<string>): Promise<LogPage> {
    this.reads += 1;
    const events = this.events
      .filter(({ position, type }) => position > after && (types?.has(type) ?? true))
      .slice(0, limit);
    const through = events.length === limit ? events.at(-1)!.position : this.events.length - 1;
    return Promise.resolve({ events, through });
  }
}
