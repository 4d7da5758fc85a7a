import 'reflect-metadata';
import { Type } from 'class-transformer';
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
import { isUpn } from './upn';

/**
 * The kinds of fields that commands have. Each is a class-validator rule together with the words and the example
 * that the OpenAPI document shows for it.
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

/** A calendar day that exists. */
export const IsDay = (example = '2025-11-03') =>
  field(
    check('isDay', isDay, 'must be a day that exists, as YYYY-MM-DD'),
    described({ type: 'string', format: 'date', example }),
  );

/** A moment with its offset. */
export const IsInstant = (example = '2025-11-03T16:00:00Z') =>
  field(
    check(
      'isInstant',
      (value) => typeof value === 'string' && toInstant(value) !== undefined,
      'must be a moment such as 2025-11-03T16:00:00Z',
    ),
    described({ type: 'string', format: 'date-time', example }),
  );

export const IsUpn = () =>
  field(
    check('isUpn', isUpn, 'must be a unique pupil number with the right check letter'),
    described({ type: 'string', example: 'H801200001001' }),
  );

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** An id that a client makes up: any UUID, in small letters. */
export const IsId = (example = '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11') =>
  field(
    Matches(UUID, { message: 'must be a UUID in small letters' }),
    described({ type: 'string', format: 'uuid', example }),
  );

export const uuidId = {
  pattern: UUID,
  description: 'a UUID in small letters',
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

/** A name such as `M-890-1` or `ampe-2025-11`: letters, digits, dots and dashes. */
export const IsCode = (example: string) =>
  field(
    Matches(CODE, {
      message: 'must be letters, digits, dots and dashes, 63 at most',
    }),
    described({ type: 'string', example }),
  );

/** Words: not empty, without control characters but for line breaks. */
export const IsText = (example: string, max = 200) =>
  field(
    IsString({ message: 'must be text' }),
    MinLength(1, { message: 'must not be empty' }),
    MaxLength(max, { message: `must have ${String(max)} characters at most` }),
    Matches(/^[^\u0000-\u0009\u000b-\u001f\u007f]*$/, { message: 'must not hold control characters' }),
    described({ type: 'string', example }),
  );

/** One of a list of words. */
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

/** A list of things of a class. */
export const IsList = (item: () => new () => object, max: number) =>
  field(
    IsArray({ message: 'must be a list' }),
    ArrayMinSize(1, { message: 'must not be empty' }),
    ArrayMaxSize(max, { message: `must have ${String(max)} items at most` }),
    // class-validator takes a list within the list for one of its items, and an empty one for a good one.
    check(
      'isObject',
      (value) => !Array.isArray(value) || !value.some(Array.isArray),
      'must be a list of objects',
    ),
    ValidateNested({ each: true, message: 'must be a list of objects' }),
    Type(item),
  );

/** A thing of a class, within another. */
export const IsPart = (part: () => new () => object) =>
  field(
    check(
      'isObject',
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      'must be an object',
    ),
    ValidateNested({ message: 'must be an object' }),
    Type(part),
  );

/** A list of short texts. */
export const IsTexts = (example: readonly string[], max = 50) =>
  field(
    IsArray({ message: 'must be a list' }),
    ArrayMinSize(1, { message: 'must not be empty' }),
    ArrayMaxSize(max, { message: `must have ${String(max)} items at most` }),
    IsString({ each: true, message: 'must be a list of texts' }),
    MaxLength(200, { each: true, message: 'each must have 200 characters at most' }),
    described({ type: 'array', items: { type: 'string' }, example }),
  );

/** The field may be left out (but not be null). */
export const Optional = (): PropertyDecorator =>
  field(
    ValidateIf((_, value) => value !== undefined),
    check('isDefined', (value) => value !== null, 'may be left out, but not null'),
  );
