import { type KeyObject, sign, verify } from 'node:crypto';
import { type EventStore, Refusal, streamName } from '@waymark/core/kernel';
import { keyId, type SealKeys } from '@waymark/core/log';
import type { DomainEvents } from '@waymark/modules/domain';
import { type PersonId, personKind, unknownPerson } from './kinds';

/** What is certified of an erasure. Says nothing of the person but the id, by which the log knows them. */
export interface Erased extends PersonId {
  readonly ground: string;
  /** The day of the decision. */
  readonly on: string;
  /** When it was recorded: UTC, milliseconds, as all moments here. */
  readonly recordedAt: string;
  /** Where in the log that stands, and the hash of that event in its stream's chain. */
  readonly position: number;
  readonly hash?: string;
  /** Since when the key is in no key store, and with it nothing personal in the log can be read. */
  readonly keyDestroyedAt: string;
  /** Events that the log holds of the person; what stays of them is not personal. */
  readonly events: number;
  /** When files that held the person were gone, too. */
  readonly completedAt: string;
}

/** A certificate as it is given out: the Ed25519 signature is over the JSON of what is certified, without white space. */
export interface Certificate {
  readonly erased: Erased;
  /** Tells the signing key from others. */
  readonly key: string;
  readonly signature: string;
}

/**
 * Certify an erasure, by what the log says of it: the same certificate whenever it is asked for. Refused as `NOT_ERASED`, and as
 * `ERASURE_WAITING` where files have yet to go.
 */
export async function certify(
  { events, signingKey }: { readonly events: EventStore; readonly signingKey: KeyObject },
  person: PersonId,
): Promise<Certificate> {
  const { kind, id } = person;
  const { erased: begun, completed: ended } = personKind(kind).erasure;
  const history = await events.readStream(streamName(kind, id));
  if (history.length === 0) throw unknownPerson(person);
  const decision = history.find(({ type }) => type === begun);
  if (!decision) throw new Refusal('NOT_ERASED', 'There is nothing to certify: nothing was erased.');
  const completion = history.find(({ type }) => type === ended);
  if (!completion)
    throw new Refusal(
      'ERASURE_WAITING',
      'The key is destroyed; files have yet to go that work is under way with. Ask again once it is done.',
    );
  const { ground, on } = decision.data as DomainEvents['PupilErased'];
  const { keyDestroyedAt, events: count } = completion.data as DomainEvents['ErasureCompleted'];
  const { recordedAt, chain } = decision.metadata;
  const erased: Erased = {
    ...{ kind, id, ground, on, recordedAt, position: decision.position },
    ...(chain && { hash: chain.hash }),
    ...{ keyDestroyedAt, events: count, completedAt: completion.metadata.recordedAt },
  };
  const signature = sign(null, bytesOf(erased), signingKey).toString('base64url');
  return { erased, key: keyId(signingKey), signature };
}

/** Read a certificate, with nothing but public keys. Throws a {@link Refusal} where it is none, or was not signed so. */
export function certified(text: string, keys: SealKeys): Erased {
  const certificate = parsed(text);
  if (!certificate)
    throw new Refusal('NO_CERTIFICATE', 'The file is no certificate of an erasure.', 'invalid');
  const { erased, key, signature } = certificate;
  const signer = keys.get(key);
  if (!signer)
    throw new Refusal('OTHER_KEY', 'The certificate was signed with another key than was given.', 'invalid');
  if (!verify(null, bytesOf(erased), signer, Buffer.from(signature, 'base64url')))
    throw new Refusal('CERTIFICATE_CHANGED', 'The certificate does not say what was signed.', 'invalid');
  return erased;
}

const bytesOf = (erased: Erased): Buffer => Buffer.from(JSON.stringify(erased));

function parsed(text: string): Certificate | undefined {
  try {
    const { erased, key, signature } = JSON.parse(text) as Partial<Certificate>;
    if (
      typeof erased !== 'object' ||
      !(erased as Erased | null) ||
      typeof key !== 'string' ||
      typeof signature !== 'string'
    )
      return undefined;
    return { erased, key, signature };
  } catch {
    return undefined;
  }
}
