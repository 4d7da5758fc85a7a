import {
  type ObjectOptions,
  type SchemaOptions,
  type Static,
  type TProperties,
  type TSchema,
  Type,
} from '@sinclair/typebox';

/*
 * Schemas of answers, used unchanged in the OpenAPI document. A schema with an `$id` becomes a component of the document
 * under that name.
 */

type DeeplyReadonly<T> = T extends object ? { readonly [Field in keyof T]: DeeplyReadonly<T[Field]> } : T;

/** The type of the answers that a schema describes. */
export type Answer<Schema extends TSchema> = DeeplyReadonly<Static<Schema>>;

/** An object with these fields and no others. */
export const object = <Fields extends TProperties>(fields: Fields, options: ObjectOptions = {}) =>
  Type.Object(fields, { ...options, additionalProperties: false });

/** One of the listed words. */
export const oneOf = <const Words extends readonly string[]>(words: Words, options: SchemaOptions = {}) =>
  Type.Unsafe<Words[number]>({ ...options, type: 'string', enum: [...words] });

/**
 * An object of exactly one of these shapes. `discriminator` names the field that distinguishes them, if there is one.
 */
export const variant = <const Shapes extends readonly TSchema[]>(
  shapes: Shapes,
  options: SchemaOptions & { readonly discriminator?: { readonly propertyName: string } } = {},
) => Type.Unsafe<Static<Shapes[number]>>({ ...options, oneOf: [...shapes] });

export const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

/** An object whose field names are not known beforehand. */
export const byName = <Schema extends TSchema>(schema: Schema, options: ObjectOptions = {}) =>
  Type.Unsafe<Record<string, Static<Schema>>>({ ...options, type: 'object', additionalProperties: schema });

/** A page of a list, with further fields beside the items. */
export const pageWith = <Item extends TSchema, Fields extends TProperties>(
  fields: Fields,
  item: Item,
  options: ObjectOptions = {},
) =>
  object(
    {
      ...fields,
      items: Type.Array(item),
      next: Type.Optional(text('Send it as `after` to get the next page. Absent on the last page.')),
    },
    options,
  );

/** A page of a list. */
export const pageOf = <Item extends TSchema>(item: Item) => pageWith({}, item);

/** A whole list. */
export const listOf = <Item extends TSchema>(item: Item, options: ObjectOptions = {}) =>
  object({ items: Type.Array(item) }, options);

export const day = (description?: string) =>
  Type.String({ format: 'date', ...(description && { description }) });

export const moment = (description = 'UTC, to the millisecond.') =>
  Type.String({ format: 'date-time', description });

export const uuid = (description?: string) =>
  Type.String({ format: 'uuid', ...(description && { description }) });

export const text = (description?: string) => Type.String({ ...(description && { description }) });

/** A non-negative integer. */
export const count = (description?: string) =>
  Type.Integer({ minimum: 0, ...(description && { description }) });

/** A non-negative integer, or null if it is not given. A status beside it says why. */
export const countOrNull = (description?: string) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 0, ...(description && { description }) });

export const counts = (description: string) => byName(count(), { description });

export const position = (description = 'A position in the event log; -1 is before the first event.') =>
  Type.Integer({ minimum: -1, description });

/** A rate in per cent; null if there was nothing to count. */
export const percentOrNull = (description: string) =>
  Type.Unsafe<number | null>({ type: ['number', 'null'], description });

const JSON_VALUE = 'JsonValue';

const jsonFields = { type: 'object', additionalProperties: { $ref: JSON_VALUE } };
const notArrays = [...['null', 'boolean', 'number', 'string'].map((type) => ({ type })), jsonFields] as const;

/**
 * Any JSON value. The schema refers to itself by its name in the document. Arrays nest directly at most two deep,
 * because TypeScript does not compile the type that openapi-typescript generates for a self-referencing array.
 */
const jsonValue = Type.Unsafe<unknown>({
  $id: JSON_VALUE,
  description: 'A JSON value.',
  anyOf: [
    ...notArrays,
    { type: 'array', items: { anyOf: [...notArrays, { type: 'array', items: { anyOf: notArrays } }] } },
  ],
});

/** A JSON object whose fields depend on its view, event or job. */
export const jsonObject = (description: string) =>
  Type.Unsafe<object>({ type: 'object', additionalProperties: jsonValue, description });
