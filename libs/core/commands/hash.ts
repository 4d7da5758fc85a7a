import { createHmac } from 'node:crypto';
import canonicalize from 'canonicalize';
import { v5 as uuidV5 } from 'uuid';

const NAMESPACE = 'b6d3a1c4-6a43-4f2e-9d4b-0d3a6a6f6c11';

/** A UUID that is always the same for the same parts. */
export const derivedId = (...parts: readonly string[]): string => uuidV5(parts.join('\u001f'), NAMESPACE);

/** The ids of things that belong together, counted in the last four digits of one: a command's events. */
export const numberedId = (base: string, index: number): string =>
  base.slice(0, -4) + index.toString(16).padStart(4, '0');

/**
 * HMAC-SHA-256 of a command's body as canonical JSON (RFC 8785): 32 hex digits of it. Keyed, since the body may be personal
 * data, and a plain hash would tell whether a guess at it is right. Hashes are kept in the log: the bytes must stay the same.
 */
export const bodyHash = (key: Buffer, body: object): string =>
  createHmac('sha256', key).update(canonicalize(body)!).digest('hex').slice(0, 32);
