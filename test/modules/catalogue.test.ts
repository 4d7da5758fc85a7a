import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import ts from 'typescript';
import { check } from '@waymark/core/fields';
import { claims, type CommandClass } from '@waymark/core/kernel';
import { recordingModules } from '@waymark/modules';

const domain = recordingModules.map((module) => module.domain);

/** A declaration in the sources: an event in an interface `…Events`, or a class; and whether it has a description. */
interface Declared {
  readonly name: string;
  readonly documented: boolean;
}

const folder = join(__dirname, '../../libs/modules');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
  .map((file) => join(folder, file));

const statements = files.flatMap((file) => {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  return [...source.statements];
});

const declared = (node: ts.Node & { readonly name?: ts.Node }): Declared => ({
  name: node.name?.getText() ?? '',
  documented: ts
    .getJSDocCommentsAndTags(node)
    .some((comment) => /[a-z]{3,}.*\.(\s|$)/.test(comment.getText())),
});

const events = statements
  .filter(ts.isInterfaceDeclaration)
  .filter(({ name }) => name.text.endsWith('Events'))
  .flatMap(({ members }) => members.map(declared));
const classes = statements.filter(ts.isClassDeclaration).map(declared);

const named = (names: Iterable<string>): string[] => [...names].sort();
const folded = domain.flatMap(({ folds }) => [...folds.keys()]);
const handlers = domain.flatMap(({ handlers: each }) => [...each]);
const commandNames = domain.flatMap(({ handlers: each, qualified }) => [...each.keys()].map(qualified));

/** Names that occur more than once. */
const duplicates = (names: readonly string[]): string[] =>
  names.filter((name, at) => names.indexOf(name) !== at);

describe('the catalogue of events and commands', () => {
  it('is read from the sources', () => {
    expect(events.length).toBeGreaterThan(30);
    expect(classes.length).toBeGreaterThan(30);
  });

  it('has unique names across modules', () => {
    expect(duplicates(folded)).toEqual([]);
    expect(duplicates(commandNames)).toEqual([]);
    expect(duplicates(events.map(({ name }) => name))).toEqual([]);
    expect(duplicates(domain.flatMap(({ name, plural }) => [...new Set([name, plural])]))).toEqual([]);
  });

  it('has a former name of a command for no other command', () => {
    const former = handlers.flatMap(([, { formerly }]) => formerly ?? []);
    expect(former).toContain('MissSession');
    expect(duplicates([...commandNames, ...former])).toEqual([]);
  });

  it('has a fold for every event declared, and declares every event folded', () => {
    const inSources = folded.map((type) => type.slice(type.lastIndexOf('.') + 1));
    expect(named(inSources)).toEqual(named(events.map(({ name }) => name)));
  });

  it('has a description above every event', () => {
    expect(events.filter(({ documented }) => !documented)).toEqual([]);
  });

  it('has a description above every command', () => {
    const commands = handlers.map(([name]) => classes.find((each) => each.name === name));
    expect(commands.filter((each) => !each?.documented)).toEqual([]);
  });

  it('names each command after its class', () => {
    expect(handlers.filter(([name, { command }]) => command.name !== name)).toEqual([]);
  });

  it('refers only to existing events and commands as personal, versioned or internal', () => {
    for (const { folds, personal, upcasters, internal, handlers: known } of domain) {
      expect([...personal.keys(), ...upcasters.keys()].filter((type) => !folds.has(type))).toEqual([]);
      expect([...internal].filter((name) => !known.has(name))).toEqual([]);
    }
  });

  it('has a subject wherever there are personal fields', () => {
    expect(domain.filter(({ personal, subject }) => personal.size > 0 && !subject)).toEqual([]);
  });

  it('has an example id in each module that matches the declared form', () => {
    for (const { id } of domain) expect(id.example).toMatch(id.pattern);
    expect(
      domain.filter(
        ({ id }) => id.pattern.test('') || id.pattern.test('a/b') || id.pattern.test(`${id.example}\n`),
      ),
    ).toEqual([]);
  });

  it('reads facts only of existing modules', () => {
    const names = new Set([...domain, claims].map(({ name }) => name));
    const needed = handlers.flatMap(([, { needs }]) => Object.values(needs).map(([module]) => module));
    expect(needed.filter((module) => !names.has(module))).toEqual([]);
  });
});

const schemas = validationMetadatasToSchemas();

/** A body made of the examples in a command's schema; nested parts from their own schema. */
function example(
  type: CommandClass,
  only: (required: boolean) => boolean = () => true,
): Record<string, unknown> {
  const { properties = {}, required = [] } = schemas[type.name] ?? {};
  const fields = Object.entries(properties).filter(([field]) => only(required.includes(field)));
  return Object.fromEntries(
    fields.flatMap(([field, schema]) => {
      // A field that excludes another one has no example.
      if ('example' in schema && schema.example === '') return [];
      if ('example' in schema && schema.example !== undefined) return [[field, schema.example]];
      const list = 'type' in schema && schema.type === 'array';
      const read = plainToInstance(type, { [field]: list ? [{}] : {} }) as Record<string, object | object[]>;
      const part = [read[field]!].flat()[0]!.constructor as CommandClass;
      return [[field, list ? [example(part)] : example(part)]];
    }),
  );
}

const open = domain.flatMap(({ handlers: each, internal }) =>
  [...each].filter(([name]) => !internal.has(name)).map(([name, { command }]) => ({ name, command })),
);

describe.each(open)('the example of $name', ({ command }) => {
  it('is a valid command', () => {
    expect(check(command, example(command)).errors).toEqual([]);
  });

  it('is one with what is required only, and not with less', () => {
    const least = example(command, (required) => required);
    expect(check(command, least).errors).toEqual([]);
    for (const field of Object.keys(least)) {
      const { [field]: _, ...less } = least;
      expect(check(command, less).errors.map((error) => error.field)).toEqual([field]);
    }
  });

  it('is none with null for any field, or with one more', () => {
    const all = example(command);
    const wrong = (field: string): string[] =>
      check(command, { ...all, [field]: null }).errors.map((error) => error.field);
    for (const field of Object.keys(all)) expect(wrong(field)).toEqual([field]);
    expect(wrong('colour')).toEqual(['']);
  });
});
