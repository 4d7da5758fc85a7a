import fc from 'fast-check';
import { getMetadataStorage } from 'class-validator';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage';
import { check, notPersonalBecause } from '@waymark/core/fields';
import { type CommandClass, type Module, Refusal } from '@waymark/core/kernel';
import { recordingModules } from '@waymark/modules';
import { spec } from '../support/spec';
import { actorOf, known, seed, sendings, stepsFor } from './recorded-fields/steps';

/** Texts that a person may type: a sentence, one word, and two letters. */
const TYPED = ['Zara, who lives in Thimblewreck Lane', 'Thimblewreck', 'Zq'] as const;
const MARK = /Thimblewreck|Zq/;

const domain = recordingModules.map((module) => module.domain);

interface TextField {
  readonly type: CommandClass;
  readonly field: string;
  readonly typed: string;
}

const fieldsOf = (type: CommandClass): readonly string[] => [
  ...new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(type, '', false, false)
      .map(({ propertyName }) => propertyName),
  ),
];

/** The class of the objects in a field; undefined if the field holds a value. */
const partOf = (type: CommandClass, field: string): CommandClass | undefined => {
  const found = defaultMetadataStorage.findTypeMetadata(type, field) as TypeMetadata | undefined;
  return found?.typeFunction() as CommandClass | undefined;
};

type TypeMetadata = ReturnType<typeof defaultMetadataStorage.findTypeMetadata>;

/** The fields of a class, and of the classes of its parts, that accept a text that a person typed. */
function textFields(type: CommandClass): TextField[] {
  return fieldsOf(type).flatMap((field): TextField[] => {
    const part = partOf(type, field);
    if (part) return textFields(part);
    const typed = TYPED.find((text) =>
      [text, [text]].some(
        (value) => !check(type, { [field]: value }).errors.some((wrong) => wrong.field === field),
      ),
    );
    return typed === undefined ? [] : [{ type, field, typed }];
  });
}

const commands = domain.flatMap((module) =>
  [...module.handlers]
    .filter(([name]) => !module.internal.has(name))
    .map(([name, { command }]) => ({ module, name, command, texts: textFields(command) })),
);

const withPersonalText = commands.flatMap(({ module, name, texts }) => {
  const personal = texts.filter(({ type, field }) => notPersonalBecause(type, field) === undefined);
  return personal.length === 0 ? [] : [{ module, name, texts: personal }];
});

/** The events that a command with these texts records, after random other commands. */
function decidedWith(module: Module, name: string, texts: readonly TextField[]) {
  const found: { readonly type: string; readonly data: object }[] = [];
  const typed = Object.fromEntries(texts.map(({ field, typed: text }) => [field, text]));
  const property = fc.property(stepsFor(name, sendings[module.name]!), (steps) => {
    let thing = spec(module as Module<Record<string, object>>, {
      id: '9e1d3c5b-7a2f-4e6d-8b0c-1f3a5d7e9b2c',
    }).with(known);
    for (const { other, own, how } of steps) {
      const [sent, generated] = how === 'other' ? other : [name, own];
      const body = sent === name ? { ...generated, ...typed } : generated;
      const type = module.handlers.get(sent)!.command;
      try {
        const command = module.internal.has(sent)
          ? Object.assign(new type(), body)
          : check(type, body).command;
        const decided = thing.by(actorOf(module, sent)).when(command).events();
        thing = thing.given(...(decided as never[]));
        if (sent === name) found.push(...decided);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }
  });
  fc.assert(property, { seed, numRuns: 100 });
  return found;
}

describe(`text that a person types (seed ${String(seed)})`, () => {
  it('is looked for in every command that has a field for text', () => {
    expect(withPersonalText.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'MakeReferral',
        'RegisterPupil',
        'RecordBarrier',
        'EndJourney',
        'RegisterPerson',
      ]),
    );
    expect(commands.flatMap(({ texts }) => texts).length).toBeGreaterThan(40);
  });

  it.each(commands.flatMap(({ name, texts }) => texts.map((text) => ({ name, ...text }))))(
    'in $name.$field is personal, or the field says in words why not',
    ({ type, field }) => {
      expect(notPersonalBecause(type, field) ?? 'it is personal').toMatch(/^\S+( \S+)+$/);
    },
  );

  it.each(withPersonalText)(
    'of $name is in the personal fields of every event with it',
    ({ module, name, texts }) => {
      const events = decidedWith(module, name, texts);
      const holding = events.filter(({ data }) => MARK.test(JSON.stringify(data)));
      const inClear = holding.flatMap(({ type, data }) =>
        Object.entries(data)
          .filter(([, value]) => MARK.test(JSON.stringify(value)))
          .map(([field]) => field)
          .filter((field) => !module.personal.get(type)?.includes(field))
          .map((field) => `${type}.${field}`),
      );
      expect([...new Set(inClear)]).toEqual([]);
      expect(holding).not.toHaveLength(0);
    },
  );

  it('can be personal only in modules whose things are records of a person', () => {
    expect(withPersonalText.filter(({ module }) => !module.subject).map(({ name }) => name)).toEqual([]);
  });
});
