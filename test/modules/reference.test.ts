import { recordingModules } from '@waymark/modules';
import { getReference } from '@waymark/modules/insights/questions/reference';
import { schemaOf } from '../../apps/api/openapi/schemas';

/** The lists of codes in the reference, which are constants of the domain. */
const lists = Object.entries(getReference.example).flatMap(([name, list]) =>
  Array.isArray(list) && name !== 'regions'
    ? [new Set(list.map(({ code }: { readonly code: string }) => code))]
    : [],
);

/** The listed values that the fields of journey commands accept. */
const fields = recordingModules
  .filter(({ domain }) => domain.name === 'journey')
  .flatMap(({ domain }) => [...domain.handlers.values()])
  .flatMap(({ command }) =>
    Object.entries(schemaOf(command).properties ?? {}).flatMap(([field, schema]) => {
      const { enum: values } = schema as { readonly enum?: readonly string[] };
      return values === undefined ? [] : [[`${command.name}.${field}`, values] as const];
    }),
  );

describe('the reference', () => {
  it('is compared with the commands of journeys', () => {
    expect(fields.length).toBeGreaterThan(8);
  });

  it.each(fields)('has a list with every value of %s', (_, values) => {
    expect(lists.some((codes) => values.every((value) => codes.has(value)))).toBe(true);
  });
});
