import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { type CommandClass, type FieldError, Refusal } from '@waymark/core/kernel';

/** Stable codes of the rules that a field can break; any other rule is `INVALID_VALUE`. */
const codes: Readonly<Record<string, string>> = {
  isDay: 'INVALID_DAY',
  isInstant: 'INVALID_INSTANT',
  isUpn: 'INVALID_UPN',
  isIn: 'NOT_ONE_OF',
  isString: 'WRONG_TYPE',
  isInt: 'WRONG_TYPE',
  isBoolean: 'WRONG_TYPE',
  isArray: 'WRONG_TYPE',
  isObject: 'WRONG_TYPE',
  isDefined: 'WRONG_TYPE',
  nestedValidation: 'WRONG_TYPE',
  min: 'OUT_OF_RANGE',
  max: 'OUT_OF_RANGE',
  minLength: 'TOO_SHORT',
  arrayMinSize: 'TOO_SHORT',
  maxLength: 'TOO_LONG',
  arrayMaxSize: 'TOO_LONG',
  matches: 'WRONG_FORM',
};

/** Fields that a body got wrong, and the command it would be. */
export interface Checked<Command> {
  readonly command: Command;
  readonly errors: readonly FieldError[];
}

/** What the fields of something that was sent are called. */
type Noun = 'field' | 'parameter';

/**
 * Read a body, or what else has fields, as a command, with every field that is wrong. Those that the command does not have are
 * counted and never named: what stands for a name may be a person's.
 */
export function check<Command extends object>(
  type: CommandClass<Command>,
  body: unknown,
  noun: Noun = 'field',
): Checked<Command> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return {
      command: new type(),
      errors: [{ field: '', code: 'WRONG_TYPE', message: 'The body must be a JSON object.' }],
    };
  }
  const command = plainToInstance(type, body);
  const found = validateSync(command, {
    whitelist: true,
    forbidNonWhitelisted: true,
    // Else a command without fields would not pass; what a command does not know is forbidden already.
    forbidUnknownValues: false,
    validationError: { value: false },
  });
  return { command, errors: flattened(found, '', noun) };
}

/** Read a body as a command. Throws a refusal that names every field that is wrong. */
export function valid<Command extends object>(type: CommandClass<Command>, body: unknown): Command {
  const { command, errors } = check(type, body);
  if (errors.length > 0) throw invalid(errors);
  return command;
}

export const invalid = (errors: readonly FieldError[]): Refusal =>
  new Refusal(
    'INVALID_FIELDS',
    'Some fields are wrong. Correct those named in errors and send it again.',
    'invalid',
    errors,
  );

/** What is wrong with the fields of an object that stands at a path, and with those within them. */
function flattened(errors: readonly ValidationError[], path: string, noun: Noun): FieldError[] {
  const [unknown, known] = [errors.filter(isUnknown), errors.filter((error) => !isUnknown(error))];
  return [
    ...unknownFields(unknown, path, noun),
    ...known.flatMap((error) => {
      const field = path === '' ? error.property : `${path}.${error.property}`;
      const broken = Object.entries(error.constraints ?? {});
      const first = broken.find(([rule]) => codes[rule] === 'WRONG_TYPE') ?? broken[0];
      const own = first ? [fieldError(field, isMissing(error), first[0], first[1])] : [];
      // What is of another type than it should be has none of its fields.
      if (own[0]?.code === 'WRONG_TYPE') return own;
      return [...own, ...flattened(error.children ?? [], field, noun)];
    }),
  ];
}

/** That an object has fields which nobody declared: how many, and which it may have. */
function unknownFields(unknown: readonly ValidationError[], path: string, noun: Noun): FieldError[] {
  const target = unknown[0]?.target;
  if (!target) return [];
  const declared = declaredBy(target);
  const may = declared.length === 0 ? `no ${noun}` : `only the ${noun}s ${declared.join(', ')}`;
  const message = `may have ${may}: ${String(unknown.length)} ${unknown.length === 1 ? 'is' : 'are'} not known`;
  return [{ field: path, code: 'UNKNOWN_FIELD', message }];
}

/** The names of the fields that an object's class declares. */
const declaredBy = ({ constructor }: object): string[] => [
  ...new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(constructor, '', false, false)
      .map(({ propertyName }) => propertyName),
  ),
];

function fieldError(field: string, missing: boolean, rule: string, message: string): FieldError {
  if (missing) return { field, code: 'REQUIRED', message: `is required, and ${message}` };
  return { field, code: codes[rule] ?? 'INVALID_VALUE', message };
}

const isUnknown = ({ constraints }: ValidationError): boolean =>
  constraints !== undefined && 'whitelistValidation' in constraints;

const isMissing = ({ target, property }: ValidationError): boolean =>
  (target as Readonly<Record<string, unknown>> | undefined)?.[property] === undefined;
