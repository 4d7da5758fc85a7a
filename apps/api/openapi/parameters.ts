import { CommandClass } from '@waymark/core/kernel';
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

/** A question's parameters: the fields of its class that have rules. */
export function queryParameters(question: CommandClass): Parameter[] {
  const { properties = {}, required = [] } = schemaOf(question);
  return Object.entries(properties).map(([name, { description, example, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
    ...(example === undefined || example === '' ? {} : { example }),
  }));
}

const header = (name: string, description: string, example: string): Parameter => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string' },
  example,
});

/** Headers by the name that operations refer to them by. */
export const headerParameters = {
  IfMatch: header(
    'If-Match',
    'Only if the record still is at this revision: the `ETag` of an answer.',
    '"3"',
  ),
  IdempotencyKey: header(
    'Idempotency-Key',
    'Names this command and its retries: whatever comes again has one effect, and the first answer. Belongs to the actor and the record.',
    '7f0d6a8e-retry-1',
  ),
  WaymarkReason: header(
    'Waymark-Reason',
    'Why you ask: with it, pupils’ numbers are shown to those who may see them. It is recorded with what you were shown, and outlives the pupil’s erasure: name no child in it.',
    'Attendance return for the local authority',
  ),
  WaymarkPosition: header(
    'Waymark-Position',
    'Answer only from views that have seen the log up to this position: the one a command was answered with.',
    '1042',
  ),
  Prefer: header('Prefer', `How long to wait for that, up to ${String(LONGEST_WAIT)} seconds.`, 'wait=5'),
} as const;

export const headers = (...names: readonly (keyof typeof headerParameters)[]) =>
  names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
