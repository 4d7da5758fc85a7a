import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

export interface Proposed {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** A stored event. */
export interface Kept extends Proposed {
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
}

export type Expected = number | 'none' | 'any' | 'exists';

/** The outcome of an append: the position of its last event, or the actual revision of the stream. */
export type Outcome =
  { readonly revision: number; readonly position: number } | { readonly actual: number | 'none' };

/** The stream was tombstoned. */
export class Deleted extends Error {}

/** Number of recent ids per stream that are recognised for 'any'. */
const RECENT = 100;
/** Number of appends between two events that the server writes for itself. */
const SYSTEM_EVERY = 3;

/** The log of a server: its streams, including the server's own events; persisted if it has a file. */
export class Log {
  readonly events: Kept[] = [];
  private readonly streams = new Map<string, Kept[]>();
  private readonly tombstoned = new Set<string>();
  private recent = new Map<string, Map<string, number>>();
  private readonly waiting = new Set<() => void>();
  private end = 0;
  private appends = 0;
  private own = 0;

  constructor(private readonly file?: string) {
    if (file !== undefined && existsSync(file)) this.load(file);
    else this.writeOwn(2);
  }

  stream(name: string): readonly Kept[] {
    if (this.tombstoned.has(name)) throw new Deleted();
    return this.streams.get(name) ?? [];
  }

  /** Index of the first event at or after a position. */
  indexOf(position: number): number {
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.events[middle]!.position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  append(name: string, expected: Expected, proposed: readonly Proposed[]): Outcome {
    const stream = this.stream(name);
    const current = stream.length - 1;
    const known = this.knownAgain(name, stream, expected, proposed);
    if (known) return known;
    const fits =
      expected === 'any' ||
      (expected === 'exists' ? current >= 0 : (expected === 'none' ? -1 : expected) === current);
    if (!fits) return { actual: current < 0 ? 'none' : current };
    let last: Kept | undefined = stream.at(-1);
    for (const event of proposed) last = this.write(name, event);
    if (proposed.length > 0 && (this.appends += 1) % SYSTEM_EVERY === 0) this.writeOwn(1);
    this.grown();
    return { revision: last?.revision ?? -1, position: last?.position ?? -1 };
  }

  tombstone(name: string): void {
    if (this.tombstoned.has(name)) throw new Deleted();
    this.write(name, { ...empty(), type: '$streamDeleted' });
    this.tombstoned.add(name);
    this.grown();
  }

  /** Write statistics, stream metadata, links in a system stream and links in a user's stream, in turn. */
  writeOwn(count: number): void {
    for (let at = 0; at < count; at += 1) {
      const [stream, type] = OWN[this.own++ % OWN.length]!;
      this.write(stream, { ...empty(), type, data: Buffer.from(type === '$>' ? '0@locker-1' : '{}') });
    }
    this.grown();
  }

  /** Replace the whole log, as an attacker with file access could. Its streams are unchanged. */
  rewrite(events: readonly Kept[]): void {
    this.events.splice(0, this.events.length, ...events);
  }

  /** Forget what a server forgets on restart. */
  forget(): void {
    this.recent = new Map();
  }

  /** Calls back once when the log has grown; returns a function that cancels. */
  whenGrown(call: () => void): () => void {
    this.waiting.add(call);
    return () => this.waiting.delete(call);
  }

  /** An append that is recognised as already written, by the server's rules. */
  private knownAgain(
    name: string,
    stream: readonly Kept[],
    expected: Expected,
    proposed: readonly Proposed[],
  ): Outcome | undefined {
    const current = stream.length - 1;
    const first = proposed[0];
    if (!first) return undefined;
    let from: number | undefined;
    if (expected === 'any' || expected === 'exists') from = this.recent.get(name)?.get(first.id);
    else if ((expected === 'none' ? -1 : expected) < current) from = expected === 'none' ? 0 : expected + 1;
    if (from === undefined) return undefined;
    const start = from;
    const there = proposed.map((_, at) => stream[start + at]);
    if (there.every((event, at) => event?.id === proposed[at]!.id)) {
      const { revision, position } = there.at(-1)!;
      return { revision, position };
    }
    return { actual: current };
  }

  private write(stream: string, event: Proposed): Kept {
    const kept = { ...event, stream, revision: this.streams.get(stream)?.length ?? 0, position: this.end };
    this.keep(kept);
    if (this.file !== undefined) appendFileSync(this.file, `${JSON.stringify(kept, asBase64)}\n`);
    return kept;
  }

  private keep(event: Kept): void {
    this.events.push(event);
    const stream = this.streams.get(event.stream) ?? [];
    stream.push(event);
    this.streams.set(event.stream, stream);
    this.end = event.position + 100 + event.data.length + event.metadata.length;
    const ids = this.recent.get(event.stream) ?? new Map<string, number>();
    this.recent.set(event.stream, ids.set(event.id, event.revision));
    for (const id of ids.keys()) if (ids.size > RECENT) ids.delete(id);
  }

  private load(file: string): void {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (line === '') continue;
      const { data, metadata, ...event } = JSON.parse(line);
      this.keep({ ...event, data: Buffer.from(data, 'base64'), metadata: Buffer.from(metadata, 'base64') });
      if (event.type === '$streamDeleted') this.tombstoned.add(event.stream);
    }
    this.forget();
  }

  private grown(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const call of waiting) call();
  }
}

const OWN: readonly (readonly [stream: string, type: string])[] = [
  ['$stats-127.0.0.1:2113', '$statsCollected'],
  ['$$locker-1', '$metadata'],
  ['$ce-locker', '$>'],
  ['favourites', '$>'],
];

const empty = () => ({
  id: randomUUID(),
  contentType: 'application/json',
  data: Buffer.from('{}'),
  metadata: Buffer.alloc(0),
});

/** Encode bytes as Base64. A Buffer's `value` was already converted by its own `toJSON`. */
function asBase64(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const bytes = this[key];
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('base64') : value;
}
