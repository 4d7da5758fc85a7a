import {
  type EventStore,
  type KeyStore,
  type MasterKey,
  type RecordedEvent,
  START,
  type StoredKey,
} from '@waymark/core/kernel';
import { decrypted, isEncrypted } from './encrypted';

/** A person whose data can no longer be read, although no erasure is recorded. */
export interface LostKey {
  readonly subject: string;
  /**
   * The key store has no key (`missing`), only the record that it was destroyed (`destroyed`), or a key that
   * cannot be unwrapped or does not decrypt (`damaged`).
   */
  readonly why: 'missing' | 'destroyed' | 'damaged';
  /** The first event that can no longer be read. */
  readonly first: Pick<RecordedEvent, 'type' | 'stream' | 'revision' | 'position'>;
}

export interface KeyCheckOptions {
  readonly keys: Pick<KeyStore, 'load'>;
  /** Every master key that may wrap a data key. */
  readonly masters: readonly MasterKey[];
  /** Ids of the persons whose erasure the log records: their keys are destroyed rightly. */
  readonly erased: ReadonlySet<string>;
}

/** Page size in events. */
const PAGE = 5_000;

/**
 * Try the key of each person on the person's first encrypted event. `log` is the log as it is stored. Returns
 * the persons whose data cannot be read, in the order of their first events.
 */
export async function lostKeys(
  log: Pick<EventStore, 'readAll' | 'head'>,
  { keys, masters, erased }: KeyCheckOptions,
): Promise<LostKey[]> {
  const lost: LostKey[] = [];
  const seen = new Set(erased);
  const head = await log.head();
  for (let position = START; position < head;) {
    const page = await log.readAll(position, PAGE);
    const firsts = new Map<string, RecordedEvent>();
    for (const event of page.events) {
      const { subject } = event.metadata;
      if (subject === undefined || !isEncrypted(event) || seen.has(subject)) continue;
      seen.add(subject);
      firsts.set(subject, event);
    }
    const stored = await keys.load([...firsts.keys()]);
    for (const [subject, event] of firsts) {
      const why = await trouble(event, subject, stored.get(subject), masters);
      const { type, stream, revision } = event;
      if (why) lost.push({ subject, why, first: { type, stream, revision, position: event.position } });
    }
    position = page.through;
  }
  return lost;
}

async function trouble(
  event: RecordedEvent,
  subject: string,
  key: StoredKey | undefined,
  masters: readonly MasterKey[],
): Promise<LostKey['why'] | undefined> {
  if (!key) return 'missing';
  if ('destroyedAt' in key) return 'destroyed';
  const master = masters.find(({ id }) => id === key.master);
  try {
    if (!master) return 'damaged';
    decrypted(event, await master.unwrap(subject, key.wrapped));
    return undefined;
  } catch {
    return 'damaged';
  }
}
