import type { Request } from 'express';
import { normalText, textFault } from '@waymark/core/fields';
import { Problem } from './problem';

const REVISION = /^"(-1|\d{1,15})"$/;
const KEY = /^[\x20-\x7e]{1,200}$/;
const POSITION = /^(-1|\d{1,15})$/;
const WAIT = /(?:^|[,;])\s*wait\s*(?:=\s*"?([^",;\s]*)"?\s*)?(?=$|[,;])/i;

/** The longest time that a query may wait for its views, in seconds. */
export const LONGEST_WAIT = 60;

/** Read `Idempotency-Key` and `If-Match`. Throws `MALFORMED_HEADER`. */
export function commandHeaders({ headers }: Request): {
  readonly idempotencyKey?: string;
  readonly ifRevision?: number;
} {
  const key = one(headers['idempotency-key']);
  if (key !== undefined && !KEY.test(key)) {
    throw malformed('Idempotency-Key', 'must be 1 to 200 printable ASCII characters');
  }
  const match = headers['if-match'];
  const revision = match === undefined ? undefined : REVISION.exec(match)?.[1];
  if (match !== undefined && revision === undefined) {
    throw malformed('If-Match', 'must be one revision in quotes, as in the ETag: "3"');
  }
  return {
    ...(key === undefined ? {} : { idempotencyKey: key }),
    ...(revision === undefined ? {} : { ifRevision: Number(revision) }),
  };
}

const REASON = { shortest: 3, longest: 200 };

/**
 * Read `Waymark-Reason`: why the reader needs to see masked values. It is recorded, so the rule for text applies to it.
 * Throws `MALFORMED_HEADER`.
 */
export function reasonOf({ headers }: Request): string | undefined {
  const sent = one(headers['waymark-reason']);
  if (sent === undefined) return undefined;
  // Node reads each byte of a header as one character.
  const text = Buffer.from(sent, 'latin1').toString('utf8');
  const fault = textFault(text, 'line');
  if (fault !== undefined) throw malformed('Waymark-Reason', fault);
  const reason = normalText(text, 'line');
  if (reason.length < REASON.shortest || reason.length > REASON.longest)
    throw malformed(
      'Waymark-Reason',
      `must have ${String(REASON.shortest)} to ${String(REASON.longest)} characters, in UTF-8`,
    );
  return reason;
}

/**
 * Read `Waymark-Position` and `Prefer`: the position that the views must have reached for a query, and how many seconds the
 * query may wait for them. Throws `MALFORMED_HEADER`.
 */
export function freshness({
  headers,
}: Request): { readonly position: number; readonly wait: number } | undefined {
  const position = one(headers['waymark-position']);
  const preference = WAIT.exec(one(headers['prefer']) ?? '');
  const wait = preference ? secondsIn(preference[1]) : 0;
  if (wait === undefined) {
    throw malformed('Prefer', `must be a wait of 0 to ${String(LONGEST_WAIT)} seconds: wait=5`);
  }
  if (position === undefined) return undefined;
  if (!POSITION.test(position)) {
    throw malformed('Waymark-Position', 'must be a position from the answer to a command');
  }
  return { position: Number(position), wait };
}

function secondsIn(text = ''): number | undefined {
  const seconds = Number(text);
  return /^\d{1,3}$/.test(text) && seconds <= LONGEST_WAIT ? seconds : undefined;
}

const one = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(', ') : value;

const malformed = (header: string, must: string): Problem =>
  new Problem(400, 'MALFORMED_HEADER', `${header} ${must}.`, {
    errors: [{ field: header, code: 'WRONG_FORM', message: must }],
  });
