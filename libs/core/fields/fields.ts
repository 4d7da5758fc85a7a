import 'reflect-metadata';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { isDay, toInstant } from './day';
import { NotPersonal } from './not-personal';
import { normalText, type TextForm, textFault } from './text';
import { isUpn } from './upn';

/**
 * The field types of commands. Each combines class-validator rules with the description and example for the
 * OpenAPI document. An optional field with the example `''` is left out of the command's example.
 */
const field =
  (...decorators: readonly PropertyDecorator[]): PropertyDecorator =>
  (target, key) => {
    for (const decorate of decorators) decorate(target, key);
  };

const check = (name: string, validate: (value: unknown) => boolean, message: string): PropertyDecorator =>
  ValidateBy({ name, validator: { validate, defaultMessage: () => message } });

const described = (schema: Parameters<typeof JSONSchema>[0]): PropertyDecorator =>
  JSONSchema(schema) as PropertyDecorator;

const exemplified = (example: object | undefined): PropertyDecorator[] =>
  example === undefined ? [] : [described({ example })];

/** An existing calendar day. */
export const IsDay = (example = '2025-11-03') =>
  field(
    check('isDay', isDay, 'must be an existing day in the form YYYY-MM-DD'),
    described({ type: 'string', format: 'date', example }),
  );

/** A time with an offset. */
export const IsInstant = (example = '2025-11-03T16:00:00Z') =>
  field(
    check(
      'isInstant',
      (value) => typeof value === 'string' && toInstant(value) !== undefined,
      'must be a time such as 2025-11-03T16:00:00Z',
    ),
    described({ type: 'string', format: 'date-time', example }),
  );

export const IsUpn = () =>
  field(
    check('isUpn', isUpn, 'must be a unique pupil number with a correct check letter'),
    described({ type: 'string', example: 'H801200001001' }),
  );

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** An id chosen by the client: any UUID in lower case. */
export const IsId = (example = '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11') =>
  field(
    Matches(UUID, { message: 'must be a UUID in lower case' }),
    described({ type: 'string', format: 'uuid', example }),
  );

export const uuidId = {
  pattern: UUID,
  description: 'a UUID in lower case',
  example: '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11',
};

const URN = /^\d{6}$/;

export const urnId = { pattern: URN, description: 'the URN, six digits', example: '990401' };

/** A school's unique reference number. */
export const IsUrn = (example = '990401') =>
  field(
    Matches(URN, { message: 'must be a URN: six digits' }),
    described({ type: 'string', pattern: '^\\d{6}$', example }),
  );

const CODE = /^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/;

export const codeId = (example: string) => ({
  pattern: CODE,
  description: 'letters, digits, dots and dashes',
  example,
});

/** A code such as `M-890-1` or `ampe-2025-11`: letters, digits, dots and dashes. */
export const IsCode = (example: string) =>
  field(
    NotPersonal('a code names a thing, such as a mentor’s post or a programme'),
    Matches(CODE, {
      message: 'must consist of at most 63 letters, digits, dots and dashes',
    }),
    described({ type: 'string', example }),
  );

/** One text or a list of texts, in the form in which it is recorded, and without forbidden characters. */
const permittedText = (form: TextForm) => [
  Transform(({ value }: { readonly value: unknown }) =>
    Array.isArray(value) ? value.map((each: unknown) => normalText(each, form)) : normalText(value, form),
  ),
  ValidateBy({
    name: 'isPermittedText',
    validator: {
      validate: (value) => faultOf(value, form) === undefined,
      defaultMessage: (broken) => faultOf(broken?.value, form) ?? '',
    },
  }),
];

function faultOf(value: unknown, form: TextForm): string | undefined {
  if (typeof value === 'string') return textFault(value, form);
  if (!Array.isArray(value)) return undefined;
  const faults = value.map((each) => faultOf(each, form));
  const index = faults.findIndex((fault) => fault !== undefined);
  return index === -1 ? undefined : `${faults[index]!} of item ${String(index + 1)}`;
}

const textOf = (form: TextForm, example: string, max: number) =>
  field(
    IsString({ message: 'must be text' }),
    MinLength(1, { message: 'must not be empty or blank' }),
    MaxLength(max, { message: `must have at most ${String(max)} characters` }),
    ...permittedText(form),
    described({ type: 'string', example }),
  );

/**
 * Text on one line, such as a name: not blank, without forbidden characters ({@link forbiddenIn}). It is personal data and
 * must be encrypted, unless {@link NotPersonal} says why not.
 */
export const IsText = (example: string, max = 200) => textOf('line', example, max);

/** The same with line breaks and tabs: reasons and notes. */
export const IsLongText = (example: string, max = 2000) => textOf('lines', example, max);

/** A cursor from an answer. It is the key of a row, which may be older than the rule for text: any text is accepted. */
export const IsCursor = () =>
  field(
    IsString({ message: 'must be text' }),
    MinLength(1, { message: 'must not be empty' }),
    MaxLength(200, { message: 'must have at most 200 characters' }),
    described({ type: 'string', example: '' }),
  );

/** One of a list of values. */
export const IsOneOf = (values: readonly string[], example = values[0]) =>
  field(
    IsIn([...values], { message: `must be one of ${values.join(', ')}` }),
    described({ type: 'string', enum: [...values], example }),
  );

export const IsWhole = (min: number, max: number, example: number) =>
  field(
    IsInt({ message: 'must be a whole number' }),
    Min(min, { message: `must be ${String(min)} or more` }),
    Max(max, { message: `must be ${String(max)} or less` }),
    described({ type: 'integer', minimum: min, maximum: max, example }),
  );

export const IsFlag = (example = true) =>
  field(IsBoolean({ message: 'must be true or false' }), described({ type: 'boolean', example }));

/** A list of objects of a class. The example defaults to one object with the examples of its fields. */
export const IsList = (item: () => new () => object, max: number, example?: readonly object[]) =>
  field(
    IsArray({ message: 'must be a list' }),
    ArrayMinSize(1, { message: 'must not be empty' }),
    ArrayMaxSize(max, { message: `must have at most ${String(max)} items` }),
    // class-validator treats a nested list as one of the items, and accepts an empty nested list.
    check(
      'isObject',
      (value) => !Array.isArray(value) || !value.some(Array.isArray),
      'must be a list of objects',
    ),
    ValidateNested({ each: true, message: 'must be a list of objects' }),
    Type(item),
    ...exemplified(example),
  );

/** A nested object of a class. The example defaults to the examples of its fields. */
export const IsPart = (part: () => new () => object, example?: object) =>
  field(
    check(
      'isObject',
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      'must be an object',
    ),
    ValidateNested({ message: 'must be an object' }),
    Type(part),
    ...exemplified(example),
  );

/** A list of short texts. They are personal data, as in {@link IsText}. */
export const IsTexts = (example: readonly string[], max = 50) =>
  field(
    IsArray({ message: 'must be a list' }),
    ArrayMinSize(1, { message: 'must not be empty' }),
    ArrayMaxSize(max, { message: `must have at most ${String(max)} items` }),
    IsString({ each: true, message: 'must be a list of texts' }),
    MinLength(1, { each: true, message: 'each must not be empty or blank' }),
    MaxLength(200, { each: true, message: 'each must have at most 200 characters' }),
    ...permittedText('line'),
    described({ type: 'array', items: { type: 'string' }, example }),
  );

/** The field may be omitted, but must not be null. */
export const Optional = (): PropertyDecorator =>
  field(
    ValidateIf((_, value) => value !== undefined),
    check('isDefined', (value) => value !== null, 'may be omitted but must not be null'),
  );
