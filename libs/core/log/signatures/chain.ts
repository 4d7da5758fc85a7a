import { hash } from 'node:crypto';
import type { EventMetadata, NewEvent, StoredEvent } from '@waymark/core/kernel';

/** Links an event to the previous event of its stream. */
type Chain = NonNullable<EventMetadata['chain']>;

/** The `previous` hash of the first event of a chain, and of events without a chain. */
export const NO_HASH = '';

/** Used as the previous hash of an event without a chain, so that removing a chain changes the hash. */
const UNCHAINED = '.';

/** An event's computed hash and its stored chain. */
export interface Hashed {
  /** Computed from the event's content and its stored `previous` hash. */
  readonly hash: string;
  /** The stored chain; undefined if the event has none. */
  readonly chain: Chain | undefined;
}

/**
 * The hashed content of an event: everything that the store does not assign; the metadata without the chain.
 */
type Content = Pick<StoredEvent, 'stream' | 'revision' | 'id' | 'type' | 'data' | 'metadata'>;

/** The chain is the last field of the metadata, so that it can be removed without parsing the rest. */
const CHAIN = /,"chain":\{"hash":"([\w-]{43})","previous":"([\w-]{43}|)"\}\}$/;
/** Maximum length of the chain, in characters. */
const LONGEST = 121;

/** Each text is prefixed with its length, so that no content can move from one text to the next unnoticed. */
const hashOf = ({ stream, revision, id, type, data, metadata }: Content, previous: string): string =>
  hash(
    'sha256',
    `${previous}/${revision}/${stream.length}:${stream}${id.length}:${id}${type.length}:${type}${data.length}:${data}${metadata}`,
    'base64url',
  );

/** Hash an event in its stored form. */
export function hashed(event: StoredEvent): Hashed {
  const { metadata } = event;
  const end = CHAIN.exec(metadata.slice(-LONGEST));
  if (!end) return { hash: hashOf(event, UNCHAINED), chain: undefined };
  const [text, own = NO_HASH, previous = NO_HASH] = end;
  const rest = `${metadata.slice(0, -text.length)}}`;
  return { hash: hashOf({ ...event, metadata: rest }, previous), chain: { hash: own, previous } };
}

/** Chain events that are to be appended to a stream, each to its predecessor. */
export function chained(
  stream: string,
  after: { readonly revision: number; readonly hash: string },
  events: readonly NewEvent[],
): NewEvent[] {
  let { revision, hash: previous } = after;
  return events.map(({ id, type, data, metadata: { chain: _former, ...metadata } }) => {
    revision += 1;
    const text = { data: JSON.stringify(data), metadata: JSON.stringify(metadata) };
    const chain = { hash: hashOf({ stream, revision, id, type, ...text }, previous), previous };
    previous = chain.hash;
    return { id, type, data, metadata: { ...metadata, chain } };
  });
}
