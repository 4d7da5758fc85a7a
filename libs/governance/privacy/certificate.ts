import { type KeyObject, sign, verify } from 'node:crypto';
import { type EventStore, Refusal, streamName } from '@waymark/core/kernel';
import { keyId, type SealKeys } from '@waymark/core/log';
import { NOT_COUNTED, type Remains } from '@waymark/core/privacy';
import type { DomainEvents } from '@waymark/modules/domain';
import { type PersonId, personKind, unknownPerson } from './kinds';

/** The content of a certificate of erasure. It identifies the person by id only. */
export interface Erased extends PersonId {
  readonly ground: string;
  /** The day of the decision. */
  readonly on: string;
  /** When the decision was recorded. All times here are UTC, milliseconds. */
  readonly recordedAt: string;
  /** Position of the decision in the log, and the event's hash in the hash chain of its stream. */
  readonly position: number;
  readonly hash?: string;
  /** When the key was destroyed. Since then, nothing that was encrypted with it can be read. */
  readonly keyDestroyedAt: string;
  /** Number of the person's events in the log. All were read afterwards, and no personal field could be read. */
  readonly events: number;
  /** When the files that held the person's data had been deleted too. */
  readonly completedAt: string;
  /** What was counted afterwards in everything that is stored; absent for erasures of earlier releases. */
  readonly remains?: Remains;
}

/** A signed certificate: the Ed25519 signature covers the JSON of `erased` without white space. */
export interface Certificate {
  readonly erased: Erased;
  /** Id of the signing key. */
  readonly key: string;
  readonly signature: string;
}

/**
 * Certify an erasure from the events in the log. The result is the same for every request. Throws `UNKNOWN_…`,
 * `NOT_ERASED`, or `ERASURE_WAITING` if files still have to be deleted.
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
  if (!decision)
    throw new Refusal(
      'NOT_ERASED',
      'No erasure of this person has been decided. Only an erasure can be certified.',
    );
  const completion = history.find(({ type }) => type === ended);
  if (!completion)
    throw new Refusal(
      'ERASURE_WAITING',
      'The key is destroyed, but files in use by running work still have to be deleted. Ask again when that work is done.',
    );
  const { ground, on } = decision.data as DomainEvents['PupilErased'];
  const { keyDestroyedAt, events: count, remains } = completion.data as DomainEvents['ErasureCompleted'];
  const { recordedAt, chain } = decision.metadata;
  const erased: Erased = {
    ...{ kind, id, ground, on, recordedAt, position: decision.position },
    ...(chain && { hash: chain.hash }),
    ...{ keyDestroyedAt, events: count, completedAt: completion.metadata.recordedAt },
    ...(remains !== NOT_COUNTED && { remains }),
  };
  const signature = sign(null, bytesOf(erased), signingKey).toString('base64url');
  return { erased, key: keyId(signingKey), signature };
}

/**
 * Verify a certificate with public keys only. Throws a {@link Refusal} if it is not a certificate or the signature is
 * wrong.
 */
export function certified(text: string, keys: SealKeys): Erased {
  const certificate = parsed(text);
  if (!certificate)
    throw new Refusal(
      'NO_CERTIFICATE',
      'The file is not a certificate of erasure. Give the file as it was issued.',
      'invalid',
    );
  const { erased, key, signature } = certificate;
  const signer = keys.get(key);
  if (!signer)
    throw new Refusal(
      'OTHER_KEY',
      'The certificate was signed with another key. Give the public key that it names.',
      'invalid',
    );
  if (!verify(null, bytesOf(erased), signer, Buffer.from(signature, 'base64url')))
    throw new Refusal(
      'CERTIFICATE_CHANGED',
      'The certificate was changed after it was signed. Request it again.',
      'invalid',
    );
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
