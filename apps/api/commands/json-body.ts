import type { Request } from 'express';
import { Problem } from '../problem';

/** Bytes that a body may have. */
export const LIMIT = 1_048_576;
const DEPTH = 20;
/** Values that a body may hold, however small they are: to check each takes time. */
const VALUES = 20_000;

/** The JSON of a request, as it was read; an empty object where there is no body. */
export function jsonBody(request: Request): unknown {
  const body: unknown = request.body;
  if (body === undefined) {
    if (isEmpty(request)) return {};
    throw new Problem(415, 'UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json.');
  }
  if (measure(body, 0) > VALUES) {
    throw new Problem(413, 'BODY_TOO_LARGE', `The body holds more than ${String(VALUES)} values.`);
  }
  return body;
}

const isEmpty = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;

/** How many values a body holds; a problem where it is nested too deep. */
function measure(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  if (depth === DEPTH) {
    throw new Problem(400, 'JSON_TOO_DEEP', `The body is nested deeper than ${String(DEPTH)} levels.`);
  }
  let values = 1;
  for (const inner of Object.values(value)) values += measure(inner, depth + 1);
  return values;
}
