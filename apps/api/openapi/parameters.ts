import { type CommandClass } from '@waymark/core/kernel';
import type { Module } from '@waymark/core/kernel';
import { LONGEST_WAIT } from '../headers';
import { type Schema, schemaOf } from './schemas';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema & { readonly pattern?: string };
  readonly example?: unknown;
}

/** The id in a path. */
export const pathId = (name: string, { id }: Pick<Module, 'id'>): Parameter => ({
  name,
  in: 'path',
  required: true,
  description: id.description,
  schema: { type: 'string', pattern: id.pattern.source },
  example: id.example,
});

/** The query parameters of a question: the fields of its class that have validation rules. */
export function queryParameters(question: CommandClass): Parameter[] {
  const { properties = {}, required = [] } = schemaOf(question);
  return Object.entries(properties).map(([name, { description, example, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
    ...(example === undefined ? {} : { example }),
  }));
}

/**
 * An optional header. It has no example, because the documentation page would send that with every request: a revision that
 * makes commands stale, a key that was used before, or a reason that unmasks UPNs.
 */
const header = (name: string, description: string): Parameter => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string' },
});

/** Header parameters, by their name in the document's components. */
export const headerParameters = {
  IfMatch: header(
    'If-Match',
    'Carry out the command only if the record is still at this revision, as given by the `ETag` of an answer: `"3"`.',
  ),
  IdempotencyKey: header(
    'Idempotency-Key',
    'Names this command and its retries. A command that is sent again has no further effect and gets the first answer. The key belongs to the actor and the record.',
  ),
  WaymarkReason: header(
    'Waymark-Reason',
    'Why you need the records. If you give a reason and may see UPNs, they are shown in full. The reason is recorded with what you were shown and is kept after the pupil is erased, so do not name a child in it. Text in UTF-8, with 3 to 200 characters.',
  ),
  WaymarkPosition: header(
    'Waymark-Position',
    'Answer only from views that have read the log up to this position, as given by the answer to a command.',
  ),
  Prefer: header(
    'Prefer',
    `How long to wait for the views to reach \`Waymark-Position\`, up to ${String(LONGEST_WAIT)} seconds: \`wait=5\`.`,
  ),
} as const;

export const headers = (...names: readonly (keyof typeof headerParameters)[]) =>
  names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
