import { createHmac } from 'node:crypto';
import canonicalize from 'canonicalize';

/**
 * HMAC-SHA-256 of a command's body as canonical JSON (RFC 8785), truncated to 32 hex digits. It is keyed because the body may
 * hold personal data: a plain hash could be used to confirm a guess of the body. If the command is about a person, the log
 * seals the hash with the person's data key before it stores it. Hashes are kept in the log, so the bytes that are hashed
 * must stay the same.
 */
export const bodyHash = (key: Buffer, body: object): string =>
  createHmac('sha256', key).update(canonicalize(body)!).digest('hex').slice(0, 32);
