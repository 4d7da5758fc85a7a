import { createHash } from 'node:crypto';
import { v5 as uuidV5 } from 'uuid';

const NAMESPACE = 'b6d3a1c4-6a43-4f2e-9d4b-0d3a6a6f6c11';

/** A UUID that is always the same for the same parts. */
export const derivedId = (...parts: readonly string[]): string => uuidV5(parts.join('\u001f'), NAMESPACE);

/** SHA-256 of a command's body, whatever the order of its fields: 32 hex digits of it. */
export const bodyHash = (body: object): string =>
  createHash('sha256').update(JSON.stringify(body, sortedKeys)).digest('hex').slice(0, 32);

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
