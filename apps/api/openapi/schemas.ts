import { defaultMetadataStorage } from 'class-transformer/cjs/storage';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';

/** As much of JSON Schema as the document is made of. */
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

let classes: Readonly<Record<string, Schema>> | undefined;

/**
 * Schemas of all classes with rules for their fields, by the class's name: the rules that are checked, told once.
 * Made when first asked for, for only then every class is there.
 */
const classSchemas = (): Readonly<Record<string, Schema>> =>
  (classes ??= validationMetadatasToSchemas({
    classTransformerMetadataStorage: defaultMetadataStorage,
    refPointerPrefix: PREFIX,
    // Rules that only lend a list, a part or an optional field its words; its schema says so already.
    additionalConverters: { isObject: {}, isDefined: {} },
  }) as Readonly<Record<string, Schema>>);

/** What a class takes: its own fields and no others. */
export const schemaOf = ({ name }: { readonly name: string }): Schema => {
  const { properties = {}, required = [] } = classSchemas()[name] ?? {};
  return {
    type: 'object',
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
};

/** Schemas of classes, and of those that stand within them, by name. */
export function schemasOf(types: readonly { readonly name: string }[]): Record<string, Schema> {
  const found: Record<string, Schema> = {};
  const take = (name: string): void => {
    if (found[name]) return;
    found[name] = schemaOf({ name });
    for (const property of Object.values(found[name].properties ?? {})) {
      const inner = property.$ref ?? property.items?.$ref;
      if (inner) take(inner.slice(PREFIX.length));
    }
  };
  for (const { name } of types) take(name);
  return found;
}

/** An example of what a schema describes, put together from the examples of its fields. */
export function exampleOf(schema: Schema): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.$ref) return exampleOf(schemaOf({ name: schema.$ref.slice(PREFIX.length) }));
  if (schema.items) return [exampleOf(schema.items)];
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([field, property]) => [field, exampleOf(property)]),
  );
}
