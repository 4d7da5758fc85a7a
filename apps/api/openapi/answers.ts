import type { TSchema } from '@sinclair/typebox';
import type { Answer } from '@waymark/core/questions';
import { PREFIX, ref } from './schemas';

/** A JSON response with an example. */
export const answered = <Schema extends TSchema>(
  description: string,
  schema: Schema,
  example: Answer<Schema>,
) => ({
  description,
  content: { 'application/json': { schema, example } },
});

interface Document {
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

/**
 * Move every schema with an `$id` to the document's components, and replace it by a reference. Throws if two different
 * schemas have the same name.
 */
export function withComponents<Doc extends Document>(document: Doc): Doc {
  const schemas: Record<string, unknown> = {};
  const texts = new Map<string, string>();
  const moved = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(moved);
    const { $id, ...schema } = value as { readonly $id?: unknown };
    return typeof $id === 'string' ? named($id, schema) : movedWithin(schema);
  };
  const named = (name: string, schema: object): object => {
    const text = JSON.stringify(schema);
    if (name in document.components.schemas || (texts.get(name) ?? text) !== text)
      throw new Error(`two schemas are called ${name}`);
    if (!texts.has(name)) {
      texts.set(name, text);
      schemas[name] = movedWithin(schema);
    }
    return ref(name);
  };
  const movedWithin = (value: object): object =>
    Object.fromEntries(
      Object.entries(value).map(([field, inner]) => [
        field,
        isName(field, inner) ? PREFIX + inner : moved(inner),
      ]),
    );
  const whole = movedWithin(document) as Doc;
  return {
    ...whole,
    components: { ...whole.components, schemas: { ...whole.components.schemas, ...schemas } },
  };
}

/** Whether a field is a reference by schema name, which must be changed to a path in the document. */
const isName = (field: string, value: unknown): value is string =>
  field === '$ref' && typeof value === 'string' && !value.startsWith('#');
