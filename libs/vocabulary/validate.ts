import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { Refusal, type CommandClass, type FieldError } from '@waymark/kernel';

/** Stable codes of the rules that a field can break; any other rule is `INVALID_VALUE`. */
const codes: Readonly<Record<string, string>> = {
  whitelistValidation: 'UNKNOWN_FIELD',
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

/** Read a body as a command, with every field that is wrong. */
export function check<Command extends object>(type: CommandClass<Command>, body: unknown): Checked<Command> {
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
  const errors = found.flatMap((error) => flattened(error, ''));
  // Several that may not be said again go by one name.
  return {
    command,
    errors: [...new Map(errors.toReversed().map((each) => [each.field, each])).values()].toReversed(),
  };
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

function flattened(error: ValidationError, path: string): FieldError[] {
  const field = path + sayable(error.property);
  const broken = Object.entries(error.constraints ?? {});
  const first = broken.find(([rule]) => codes[rule] === 'WRONG_TYPE') ?? broken[0];
  const own = first ? [fieldError(field, isMissing(error), first[0], first[1])] : [];
  return [...own, ...(error.children ?? []).flatMap((child) => flattened(child, `${field}.`))];
}

function fieldError(field: string, missing: boolean, rule: string, message: string): FieldError {
  if (missing) return { field, code: 'REQUIRED', message: `is required, and ${message}` };
  if (rule === 'whitelistValidation')
    return { field, code: 'UNKNOWN_FIELD', message: 'is not a field of this command' };
  return { field, code: codes[rule] ?? 'INVALID_VALUE', message };
}

/** A field's name as it may be said again: what looks like no field may be anything, a person's name or number too. */
const sayable = (name: string): string => (/^([a-z][A-Za-z]{0,40}|\d{1,5}|)$/.test(name) ? name : '?');

const isMissing = ({ target, property }: ValidationError): boolean =>
  (target as Readonly<Record<string, unknown>> | undefined)?.[property] === undefined;
