import { isUpn, redactUpns } from './upn';

/**
 * Mask all UPNs in a document, at any depth. If a UPN is the whole value of a field, its last three characters
 * are kept, so that two UPNs can be told apart.
 */
export function maskUpns<T>(value: T): T {
  return masked(value) as T;
}

function masked(value: unknown): unknown {
  if (typeof value === 'string') return isUpn(value) ? `*${value.slice(-3)}` : redactUpns(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(masked);
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, masked(field)]));
}
