import { hash } from 'node:crypto';
import type { EventMetadata, NewEvent, StoredEvent } from '@waymark/core/kernel';

/** What ties an event to the one before it in its stream. */
type Chain = NonNullable<EventMetadata['chain']>;

/** Where a stream's chain begins, and all that events from before there were chains say of theirs. */
export const NO_HASH = '';

/** Stands for the event before one that carries no chain: to take a chain off is to change the hash. */
const UNCHAINED = '.';

/** An event whose hash is known. */
export interface Hashed {
  /** Of the event as it is, over what it says of the one before it. */
  readonly hash: string;
  /** What it says of itself; undefined where it carries no chain. */
  readonly chain: Chain | undefined;
}

/** What is hashed of an event: everything but what a store assigns, its metadata without the chain. */
type Content = Pick<StoredEvent, 'stream' | 'revision' | 'id' | 'type' | 'data' | 'metadata'>;

/** The chain is the last field of the metadata, so that it can be taken off without understanding the rest. */
const CHAIN = /,"chain":\{"hash":"([\w-]{43})","previous":"([\w-]{43}|)"\}\}$/;
/** Characters that it takes at most. */
const LONGEST = 121;

/** Every text goes with its length, so that nothing can be moved from one to the next. */
const hashOf = ({ stream, revision, id, type, data, metadata }: Content, previous: string): string =>
  hash(
    'sha256',
    `${previous}/${revision}/${stream.length}:${stream}${id.length}:${id}${type.length}:${type}${data.length}:${data}${metadata}`,
    'base64url',
  );

/** An event as it is stored, with its hash. */
export function hashed(event: StoredEvent): Hashed {
  const { metadata } = event;
  const end = CHAIN.exec(metadata.slice(-LONGEST));
  if (!end) return { hash: hashOf(event, UNCHAINED), chain: undefined };
  const [text, own = NO_HASH, previous = NO_HASH] = end;
  const rest = `${metadata.slice(0, -text.length)}}`;
  return { hash: hashOf({ ...event, metadata: rest }, previous), chain: { hash: own, previous } };
}

/** Events to be appended to a stream, each chained to the one before it. */
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
