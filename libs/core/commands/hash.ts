import { createHmac } from 'node:crypto';
import canonicalize from 'canonicalize';
import { v5 as uuidV5 } from 'uuid';

const NAMESPACE = 'b6d3a1c4-6a43-4f2e-9d4b-0d3a6a6f6c11';

/** A deterministic UUID (version 5): the same parts always give the same id. */
export const derivedId = (...parts: readonly string[]): string => uuidV5(parts.join('\u001f'), NAMESPACE);

/**
 * The id of one of several items that share a base id, such as a command's events: the index replaces the last
 * four hex digits.
 */
export const numberedId = (base: string, index: number): string =>
  base.slice(0, -4) + index.toString(16).padStart(4, '0');

/**
 * HMAC-SHA-256 of a command's body as canonical JSON (RFC 8785), truncated to 32 hex digits. It is keyed because the body may
 * hold personal data: a plain hash could be used to confirm a guess of the body. Hashes are kept in the log, so the bytes that
 * are hashed must stay the same.
 */
export const bodyHash = (key: Buffer, body: object): string =>
  createHmac('sha256', key).update(canonicalize(body)!).digest('hex').slice(0, 32);
