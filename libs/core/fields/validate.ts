import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { type CommandClass, type FieldError, Refusal } from '@waymark/core/kernel';
import { hasReservedName, renamedReservedNames } from './reserved-names';

/** Stable codes of the validation rules; any other rule gives `INVALID_VALUE`. */
const codes: Readonly<Record<string, string>> = {
  isDay: 'INVALID_DAY',
  isInstant: 'INVALID_INSTANT',
  isUpn: 'INVALID_UPN',
  isPermittedText: 'FORBIDDEN_CHARACTER',
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

/** The command read from a body, and the errors of its fields. */
export interface Checked<Command> {
  readonly command: Command;
  readonly errors: readonly FieldError[];
}

/** What a field is called in messages. */
type Noun = 'field' | 'parameter';

/**
 * Read a body, or other fields, as a command, and collect all field errors. Undeclared fields are counted but
 * never named, because such a name may be personal data.
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
  if (isTooDeep(body)) return { command: new type(), errors: [TOO_DEEP] };
  const command = plainToInstance(type, hasReservedName(body) ? renamedReservedNames(body) : body);
  const found = validateSync(command, {
    whitelist: true,
    forbidNonWhitelisted: true,
    // Otherwise a command without fields would be rejected. Undeclared fields are forbidden anyway.
    forbidUnknownValues: false,
    validationError: { value: false },
  });
  return { command, errors: flattened(found, '', noun) };
}

/** The number of levels that a body may nest. No command needs more than four. */
const LEVELS = 16;

const TOO_DEEP: FieldError = {
  field: '',
  code: 'WRONG_FORM',
  message: `must have at most ${String(LEVELS)} levels`,
};

/** Whether a value nests more levels than a body may. */
const isTooDeep = (value: unknown, levels = LEVELS): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((each) => isTooDeep(each, levels - 1)));

/** Read a body as a command. Throws a refusal that lists all field errors. */
export function valid<Command extends object>(type: CommandClass<Command>, body: unknown): Command {
  const { command, errors } = check(type, body);
  if (errors.length > 0) throw invalid(errors);
  return command;
}

export const invalid = (errors: readonly FieldError[]): Refusal =>
  new Refusal(
    'INVALID_FIELDS',
    'Some fields are invalid. Correct the fields listed in errors and send the request again.',
    'invalid',
    errors,
  );

/** The errors of an object at a path, including nested ones. */
function flattened(errors: readonly ValidationError[], path: string, noun: Noun): FieldError[] {
  const [unknown, known] = [errors.filter(isUnknown), errors.filter((error) => !isUnknown(error))];
  return [
    ...unknownFields(unknown, path, noun),
    ...known.flatMap((error) => {
      const field = path === '' ? error.property : `${path}.${error.property}`;
      const broken = Object.entries(error.constraints ?? {});
      const first = broken.find(([rule]) => codes[rule] === 'WRONG_TYPE') ?? broken[0];
      const own = first ? [fieldError(field, isMissing(error), first[0], first[1])] : [];
      // A value of the wrong type has no valid nested fields.
      if (own[0]?.code === 'WRONG_TYPE') return own;
      return [...own, ...flattened(error.children ?? [], field, noun)];
    }),
  ];
}

/** The error for undeclared fields of an object: how many there are, and which fields are allowed. */
function unknownFields(unknown: readonly ValidationError[], path: string, noun: Noun): FieldError[] {
  const target = unknown[0]?.target;
  if (!target) return [];
  const declared = declaredBy(target);
  const allowed = declared.length === 0 ? `no ${noun}` : `only the ${noun}s ${declared.join(', ')}`;
  const message = `may have ${allowed}: ${String(unknown.length)} ${unknown.length === 1 ? 'is' : 'are'} unknown`;
  return [{ field: path, code: 'UNKNOWN_FIELD', message }];
}

/** The field names that an object's class declares. */
const declaredBy = ({ constructor }: object): string[] => [
  ...new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(constructor, '', false, false)
      .map(({ propertyName }) => propertyName),
  ),
];

function fieldError(field: string, missing: boolean, rule: string, message: string): FieldError {
  if (missing) return { field, code: 'REQUIRED', message: `is required and ${message}` };
  return { field, code: codes[rule] ?? 'INVALID_VALUE', message };
}

const isUnknown = ({ constraints }: ValidationError): boolean =>
  constraints !== undefined && 'whitelistValidation' in constraints;

const isMissing = ({ target, property }: ValidationError): boolean =>
  (target as Readonly<Record<string, unknown>> | undefined)?.[property] === undefined;
