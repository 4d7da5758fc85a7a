import { createHmac } from 'node:crypto';
import { v5 as uuidV5 } from 'uuid';

const NAMESPACE = 'b6d3a1c4-6a43-4f2e-9d4b-0d3a6a6f6c11';

/** A UUID that is always the same for the same parts. */
export const derivedId = (...parts: readonly string[]): string => uuidV5(parts.join('\u001f'), NAMESPACE);

/** The ids of things that belong together, counted in the last four digits of one: a command's events. */
export const numberedId = (base: string, index: number): string =>
  base.slice(0, -4) + index.toString(16).padStart(4, '0');

/**
 * HMAC-SHA-256 of a command's body, whatever the order of its fields: 32 hex digits of it. Keyed, since the body may be
 * personal data, and a plain hash would tell whether a guess at it is right.
 */
export function bodyHash(key: Buffer, body: object): string {
  // A list of names also says in which order JSON writes them, wherever in the body they stand.
  const names = [...namesIn(body, new Set<string>())].sort();
  return createHmac('sha256', key).update(JSON.stringify(body, names)).digest('hex').slice(0, 32);
}

function namesIn(value: unknown, names: Set<string>): Set<string> {
  if (typeof value !== 'object' || value === null) return names;
  if (Array.isArray(value)) {
    for (const item of value) namesIn(item, names);
    return names;
  }
  for (const [name, field] of Object.entries(value)) {
    names.add(name);
    namesIn(field, names);
  }
  return names;
}
