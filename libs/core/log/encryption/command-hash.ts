import { createHmac } from 'node:crypto';
import type { DataKey } from './keyring';

/** Prefix of a sealed hash. A hash without it is an HMAC under the service's key alone. */
const SEALED = '2.';
/** The sealed hash of a command whose person's key was destroyed: nothing of the hash is left. */
export const ERASED_HASH = SEALED;
const DIGITS = 32;

/** Whether a hash is sealed with a person's data key. */
export const isSealedHash = (hash: string): boolean => hash.startsWith(SEALED);

/**
 * The hash of a command's body, sealed with the data key of the person whom the command is about: `2.` and the first 32
 * hex digits of an HMAC-SHA-256 of the hash. Without the data key, a guess of the body cannot be confirmed. A sealed
 * hash is returned unchanged.
 */
export function sealedHash(hash: string, key: DataKey): string {
  if (isSealedHash(hash)) return hash;
  if (key === 'destroyed') return ERASED_HASH;
  // The data key also encrypts. The hash has a key of its own, derived from it.
  const hashKey = createHmac('sha256', key).update('hash of a command').digest();
  return SEALED + createHmac('sha256', hashKey).update(hash).digest('hex').slice(0, DIGITS);
}

/**
 * Whether a recorded hash, sealed or not, is the one of this body. If the person's key was destroyed, a sealed hash can
 * no longer be compared, and counts as the same.
 */
export function isSameHash(recorded: string, hash: string, key: DataKey): boolean {
  if (!isSealedHash(recorded)) return recorded === hash;
  return key === 'destroyed' || recorded === sealedHash(hash, key);
}
