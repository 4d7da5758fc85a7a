import { isUpn, redactUpns } from './upn';

/**
 * As long as nobody can say who reads, no pupil's number is shown, wherever in a document it stands. Where it is all that a
 * field holds, its end is left, which tells two numbers apart.
 */
export function maskUpns<T>(value: T): T {
  return hidden(value) as T;
}

function hidden(value: unknown): unknown {
  if (typeof value === 'string') return isUpn(value) ? `*${value.slice(-3)}` : redactUpns(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(hidden);
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, hidden(field)]));
}
