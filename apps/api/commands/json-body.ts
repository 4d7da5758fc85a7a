import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import { Problem } from '../problem';

/** Maximum size of a body, in bytes. */
export const LIMIT = 1_048_576;
const DEPTH = 20;
/** Maximum number of values in a body, because checking each value takes time. */
const VALUES = 20_000;

/** Whether a request has a body to parse. The body of a GET request is not read. */
export const isJsonPost = (request: IncomingMessage): boolean =>
  request.method === 'POST' && Boolean((request as Request).is('json'));

/** The parsed JSON body of a request; an empty object if there is no body. */
export function jsonBody(request: Request): unknown {
  const body: unknown = request.body;
  if (body === undefined) {
    if (isEmpty(request)) return {};
    throw new Problem(
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      'The media type of the body is not supported. Send the body as application/json.',
    );
  }
  if (measure(body, 0) > VALUES) {
    throw new Problem(
      413,
      'BODY_TOO_LARGE',
      `The body contains more than ${String(VALUES)} values. Send fewer.`,
    );
  }
  return body;
}

const isEmpty = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;

/** The number of values in a body. Throws `JSON_TOO_DEEP`. */
function measure(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  if (depth === DEPTH) {
    throw new Problem(
      400,
      'JSON_TOO_DEEP',
      `The body is nested deeper than ${String(DEPTH)} levels. Send one with fewer levels.`,
    );
  }
  let values = 1;
  for (const inner of Object.values(value)) values += measure(inner, depth + 1);
  return values;
}
