import { defaultMetadataStorage } from 'class-transformer/cjs/storage';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import type { CommandClass } from '@waymark/core/kernel';

/** The part of JSON Schema that the document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly example?: unknown;
  readonly description?: string;
}

export const PREFIX = '#/components/schemas/';

export const ref = (name: string): Schema => ({ $ref: PREFIX + name });

/** A class whose fields have rules, and the name of its schema where that is not the class's own. */
export interface Described {
  readonly type: CommandClass;
  readonly name: string;
}

/** A class whose schema has the class's own name. */
export const named = (type: CommandClass): Described => ({ type, name: type.name });

/** The class of a field that is an object, or a list of them. */
const partOf = (type: CommandClass, field: string): CommandClass =>
  defaultMetadataStorage.findTypeMetadata(type, field).typeFunction() as CommandClass;

/** The classes of the fields that refer to a schema of their own, by the field. */
const partsOf = (
  type: CommandClass,
  properties: Readonly<Record<string, Schema>>,
): [string, CommandClass][] =>
  Object.entries(properties)
    .filter(([, { $ref, items }]) => ($ref ?? items?.$ref) !== undefined)
    .map(([field]) => [field, partOf(type, field)]);

/** What a class takes: its own fields and no others. Its rules, as they are checked, give the schema. */
export function schemaOf(type: CommandClass): Schema {
  const { properties = {}, required = [] } = targetConstructorToSchema(type, {
    classTransformerMetadataStorage: defaultMetadataStorage,
    refPointerPrefix: PREFIX,
    // These rules describe a list, a part, an optional field or a text, which its schema already says.
    additionalConverters: { isObject: {}, isDefined: {}, isPermittedText: {} },
  }) as Schema;
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, withoutEmptyExample(property)]),
    ),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

/** A field whose example is empty has none. */
function withoutEmptyExample(schema: Schema): Schema {
  const { example, ...rest } = schema;
  return example === '' ? rest : schema;
}

/** Schemas of classes and of their parts, by name. Throws if two classes have the same name. */
export function schemasOf(described: readonly Described[]): Record<string, Schema> {
  const classes = new Map<string, CommandClass>();
  const found: Record<string, Schema> = {};
  const take = (name: string, type: CommandClass): void => {
    const known = classes.get(name);
    if (known === type) return;
    if (known) throw new Error(`two classes have the schema ${name}: give one of them another name`);
    classes.set(name, type);
    const schema = (found[name] = schemaOf(type));
    for (const [, part] of partsOf(type, schema.properties ?? {})) take(part.name, part);
  };
  for (const { name, type } of described) take(name, type);
  return found;
}

/** An example of what a class takes, put together from the examples of those of its fields that have one. */
export function exampleOf(type: CommandClass): Record<string, unknown> {
  const { properties = {} } = schemaOf(type);
  const parts = new Map(partsOf(type, properties));
  return Object.fromEntries(
    Object.entries(properties).flatMap(([field, schema]) => {
      const part = parts.get(field);
      if (schema.example !== undefined) return [[field, schema.example]];
      if (!part) return [];
      return [[field, schema.items ? [exampleOf(part)] : exampleOf(part)]];
    }),
  );
}
