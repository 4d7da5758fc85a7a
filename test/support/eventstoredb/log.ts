import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

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
  /** Time of the append, in milliseconds. */
  readonly created: number;
}

/** What limits the events that are read of a stream. */
interface StreamMetadata {
  /** The first revision that is read. */
  readonly $tb?: number;
  readonly $maxCount?: number;
  /** Seconds. */
  readonly $maxAge?: number;
}

export type Expected = number | 'none' | 'any' | 'exists';

/** The outcome of an append: the position of its last event, or the actual revision of the stream. */
export type Outcome =
  { readonly revision: number; readonly position: number } | { readonly actual: number | 'none' };

/** The stream was tombstoned. */
export class Deleted extends Error {}

/** Revision of a tombstone. As a number it is rounded; {@link wire} sends the exact one. */
const TOMBSTONE = 2 ** 63 - 1;
const METADATA = '$$';

/** Number of recent ids per stream that are recognised for 'any'. */
const RECENT = 100;
/** Number of appends between two events that the server writes for itself. */
const SYSTEM_EVERY = 3;

/** The log of a server: its streams, including the server's own events; persisted if it has a file. */
export class Log {
  readonly events: Kept[] = [];
  /** Events by revision; those that a scavenge removed are holes. */
  private readonly streams = new Map<string, Kept[]>();
  private readonly tombstoned = new Set<string>();
  private recent = new Map<string, Map<string, number>>();
  private readonly waiting = new Set<() => void>();
  private end = 0;
  private appends = 0;
  private own = 0;
  private scavenged = false;

  constructor(private readonly file?: string) {
    if (file !== undefined && existsSync(file)) this.load(file);
    else this.writeOwn(2);
  }

  /** The events of a stream that reads return, in order; undefined if the stream is missing or was deleted softly. */
  visible(name: string): readonly Kept[] | undefined {
    const stream = this.stream(name);
    const from = this.hiddenBefore(name);
    const events = from === 0 && !this.scavenged ? stream : stream.filter(({ revision }) => revision >= from);
    return events.length === 0 ? undefined : events;
  }

  /** All events of a stream, including those that reads do not return. */
  stream(name: string): readonly Kept[] {
    if (this.isTombstoned(name)) throw new Deleted();
    return this.streams.get(name) ?? [];
  }

  /** The metadata of a tombstoned stream cannot be read either. */
  private isTombstoned(name: string): boolean {
    return this.tombstoned.has(name.startsWith(METADATA) ? name.slice(METADATA.length) : name);
  }

  private metadataOf(name: string): StreamMetadata {
    const last = this.streams.get(`${METADATA}${name}`)?.at(-1);
    return last ? (JSON.parse(Buffer.from(last.data).toString()) as StreamMetadata) : {};
  }

  /** The first revision that the metadata of a stream let readers see. */
  private hiddenBefore(name: string): number {
    const stream = this.streams.get(name) ?? [];
    const { $tb = 0, $maxCount = Infinity, $maxAge = Infinity } = this.metadataOf(name);
    const since = Date.now() - $maxAge * 1_000;
    const young = stream.findIndex((event) => (event as Kept | undefined) && event.created >= since);
    return Math.max($tb, stream.length - $maxCount, young === -1 ? stream.length : young);
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
    const isDeleted = current >= 0 && this.metadataOf(name).$tb === TOMBSTONE;
    const known = isDeleted ? undefined : this.knownAgain(name, stream, expected, proposed);
    if (known) return known;
    const fits =
      expected === 'any' ||
      (expected === 'none' && isDeleted) ||
      (expected === 'exists' ? current >= 0 : (expected === 'none' ? -1 : expected) === current);
    if (!fits) return { actual: current < 0 ? 'none' : current };
    let last: Kept | undefined = stream.at(-1);
    for (const event of proposed) last = this.write(name, event);
    // An append to a stream that was deleted softly brings it back, from this event on.
    if (isDeleted && proposed.length > 0) this.setMetadata(name, { $tb: current + 1 });
    if (proposed.length > 0 && (this.appends += 1) % SYSTEM_EVERY === 0) this.writeOwn(1);
    this.grown();
    return { revision: last?.revision ?? -1, position: last?.position ?? -1 };
  }

  /** Delete a stream softly: reads no longer find it, and its events stay in `$all`. */
  delete(name: string): void {
    this.stream(name);
    this.setMetadata(name, { $tb: TOMBSTONE });
    this.grown();
  }

  /** Delete a stream for ever. The tombstone is an event of the stream itself. */
  tombstone(name: string): void {
    this.stream(name);
    this.write(name, { ...empty(), type: '$streamDeleted' }, TOMBSTONE);
    this.tombstoned.add(name);
    this.grown();
  }

  /** Remove from the log what the metadata of its streams hide, and the events of tombstoned streams. */
  scavenge(): void {
    this.scavenged = true;
    const stays = ({ stream, revision }: Kept): boolean =>
      revision === TOMBSTONE || (!this.tombstoned.has(stream) && revision >= this.hiddenBefore(stream));
    const kept = this.events.filter(stays);
    for (const { stream, revision } of this.events.filter((event) => !stays(event)))
      delete this.streams.get(stream)?.[revision];
    this.events.splice(0, this.events.length, ...kept);
    if (this.file !== undefined) writeFileSync(this.file, kept.map(lineOf).join(''));
  }

  /** Write statistics, stream metadata, links in a system stream and links in a user's stream, in turn. */
  writeOwn(count: number): void {
    for (let at = 0; at < count; at += 1) {
      const [stream, type] = OWN[this.own++ % OWN.length]!;
      this.write(stream, { ...empty(), type, data: Buffer.from(type === '$>' ? '0@locker-1' : '{}') });
    }
    this.grown();
  }

  /** Replace the whole log and its streams, as an attacker with file access could. */
  rewrite(events: readonly Kept[]): void {
    this.events.splice(0, this.events.length, ...events);
    this.streams.clear();
    this.scavenged = true;
    // Revisions may be repeated: a read returns all of them.
    for (const event of events.toSorted((one, other) => one.revision - other.revision)) {
      const stream = this.streams.get(event.stream);
      if (stream) stream.push(event);
      else this.streams.set(event.stream, [event]);
    }
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

  private setMetadata(stream: string, metadata: StreamMetadata): void {
    const data = Buffer.from(JSON.stringify(metadata));
    this.write(`${METADATA}${stream}`, { ...empty(), type: '$metadata', data });
  }

  private write(
    stream: string,
    event: Proposed,
    revision: number = this.streams.get(stream)?.length ?? 0,
  ): Kept {
    const kept = { ...event, stream, revision, position: this.end, created: Date.now() };
    this.keep(kept);
    if (this.file !== undefined) appendFileSync(this.file, lineOf(kept));
    return kept;
  }

  private keep(event: Kept): void {
    this.events.push(event);
    const stream = this.streams.get(event.stream) ?? [];
    if (event.revision !== TOMBSTONE) stream[event.revision] = event;
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
  ['$$$stats-127.0.0.1:2113', '$metadata'],
  ['$ce-locker', '$>'],
  ['favourites', '$>'],
];

const empty = () => ({
  id: randomUUID(),
  contentType: 'application/json',
  data: Buffer.from('{}'),
  metadata: Buffer.alloc(0),
});

const lineOf = (event: Kept): string => `${JSON.stringify(event, asBase64)}\n`;

/** Encode bytes as Base64. A Buffer's `value` was already converted by its own `toJSON`. */
function asBase64(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const bytes = this[key];
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('base64') : value;
}
