import fc from 'fast-check';
import { Refusal } from '@waymark/core/kernel';
import {
  IsCode,
  IsCursor,
  IsDay,
  IsFlag,
  IsId,
  IsInstant,
  IsList,
  IsLongText,
  IsOneOf,
  IsPart,
  IsText,
  IsTexts,
  IsUpn,
  IsUrn,
  IsWhole,
  Optional,
} from './fields';
import { reservedNames } from './reserved-names';
import { check, valid } from './validate';

class StopPart {
  @IsText('Harbour', 10) name!: string;
  @IsDay() on!: string;
}

class PlanTrip {
  @IsText('To the sea', 10) title!: string;
  @IsDay() on!: string;
  @IsInstant() at!: string;
  @IsUpn() upn!: string;
  @IsId() trip!: string;
  @IsUrn() school!: string;
  @IsCode('M-890-1') mentor!: string;
  @IsOneOf(['BUS', 'TRAIN']) by!: string;
  @IsWhole(1, 30, 12) places!: number;
  @IsFlag() lunch!: boolean;
  @IsPart(() => StopPart) first!: StopPart;
  @IsList(() => StopPart, 3) stops!: StopPart[];
  @IsTexts(['a', 'b'], 2) notes!: string[];
  @Optional() @IsText('None') reason?: string;
  @Optional() @IsLongText('Twelve pupils came.', 20) story?: string;
  @Optional() @IsCursor() after?: string;
  @Optional() @IsWhole(0, 3, 1) severity?: number;
  @Optional() @IsFlag() late?: boolean;
  @Optional() @IsList(() => StopPart, 3) detours?: StopPart[];
}

class Nothing {}

const stop = { name: 'Harbour', on: '2025-11-03' };
const good = {
  title: 'To the sea',
  on: '2025-11-03',
  at: '2025-11-03T16:00:00Z',
  upn: 'H801200001001',
  trip: '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11',
  school: '990401',
  mentor: 'M-890-1',
  by: 'BUS',
  places: 12,
  lunch: false,
  first: stop,
  stops: [stop],
  notes: ['one'],
};

/** The code of each field error, by field. */
const wrong = (body: unknown, type: new () => object = PlanTrip): Record<string, string> =>
  Object.fromEntries(check(type, body).errors.map(({ field, code }) => [field, code]));
const withField = (field: string, value: unknown) => ({ ...good, [field]: value });

describe('a valid body', () => {
  it('becomes an instance of its command class, including nested parts', () => {
    const { command, errors } = check(PlanTrip, good);
    expect(errors).toEqual([]);
    expect(command).toBeInstanceOf(PlanTrip);
    expect([command.first, ...command.stops].every((part) => part instanceof StopPart)).toBe(true);
    expect(JSON.parse(JSON.stringify(command))).toEqual(good);
    expect(valid(PlanTrip, good)).toEqual(command);
  });

  it('may omit optional fields', () => {
    const all = { ...good, reason: 'Sun', severity: 0, late: false, detours: [stop] };
    expect(wrong(all)).toEqual({});
    expect(wrong({ ...good, reason: undefined })).toEqual({});
  });

  it('may be empty if the command has no fields', () => {
    expect(check(Nothing, {})).toEqual({ command: new Nothing(), errors: [] });
    expect(wrong({ on: '2025-11-03' }, Nothing)).toEqual({ '': 'UNKNOWN_FIELD' });
  });
});

describe('a field', () => {
  it.each([
    ['title', '', 'TOO_SHORT'],
    ['title', 'a'.repeat(11), 'TOO_LONG'],
    ['title', ' \t\u00a0\n', 'TOO_SHORT'],
    ['title', 'a\u0000b', 'FORBIDDEN_CHARACTER'],
    ['title', 'a\u001bb', 'FORBIDDEN_CHARACTER'],
    ['title', 'a\nb', 'FORBIDDEN_CHARACTER'],
    ['title', 'a\u202eb', 'FORBIDDEN_CHARACTER'],
    ['title', 5, 'WRONG_TYPE'],
    ['title', ['text'], 'WRONG_TYPE'],
    ['title', undefined, 'REQUIRED'],
    ['title', null, 'WRONG_TYPE'],
    ['on', '2025-02-30', 'INVALID_DAY'],
    ['on', undefined, 'REQUIRED'],
    ['on', ['2025-11-03'], 'INVALID_DAY'],
    ['at', '2025-11-03T16:00:00', 'INVALID_INSTANT'],
    ['at', 1762185600000, 'INVALID_INSTANT'],
    ['upn', 'A801200005001', 'INVALID_UPN'],
    ['trip', '3F0C5F0E-8F0D-4C57-9C36-4F1D2A9F5B11', 'WRONG_FORM'],
    ['trip', undefined, 'REQUIRED'],
    ['school', '99040', 'WRONG_FORM'],
    ['school', '9904011', 'WRONG_FORM'],
    ['school', '990401\n', 'WRONG_FORM'],
    ['mentor', '../etc', 'WRONG_FORM'],
    ['mentor', 'a'.repeat(64), 'WRONG_FORM'],
    ['by', 'bus', 'NOT_ONE_OF'],
    ['by', ['BUS'], 'NOT_ONE_OF'],
    ['places', 0, 'OUT_OF_RANGE'],
    ['places', 31, 'OUT_OF_RANGE'],
    ['places', 1.5, 'WRONG_TYPE'],
    ['places', '12', 'WRONG_TYPE'],
    ['places', Number.NaN, 'WRONG_TYPE'],
    ['lunch', 'true', 'WRONG_TYPE'],
    ['lunch', 0, 'WRONG_TYPE'],
    ['first', 'Harbour', 'WRONG_TYPE'],
    ['first', [stop], 'WRONG_TYPE'],
    ['first', null, 'WRONG_TYPE'],
    ['first', undefined, 'REQUIRED'],
    ['stops', [], 'TOO_SHORT'],
    ['stops', [stop, stop, stop, stop], 'TOO_LONG'],
    ['stops', 'Harbour', 'WRONG_TYPE'],
    ['stops', [[]], 'WRONG_TYPE'],
    ['stops', [[stop]], 'WRONG_TYPE'],
    ['stops', undefined, 'REQUIRED'],
    ['notes', [], 'TOO_SHORT'],
    ['notes', ['a', 'b', 'c'], 'TOO_LONG'],
    ['notes', [1], 'WRONG_TYPE'],
    ['notes', ['a'.repeat(201)], 'TOO_LONG'],
    ['notes', ['a', ' '], 'TOO_SHORT'],
    ['notes', ['a', 'b\u200b'], 'FORBIDDEN_CHARACTER'],
    ['story', ' \n ', 'TOO_SHORT'],
    ['story', 'a\u0007', 'FORBIDDEN_CHARACTER'],
    ['notes', 'text', 'WRONG_TYPE'],
    ['reason', null, 'WRONG_TYPE'],
    ['severity', null, 'WRONG_TYPE'],
    ['late', null, 'WRONG_TYPE'],
    ['detours', null, 'WRONG_TYPE'],
    ['severity', 4, 'OUT_OF_RANGE'],
    ['detours', [], 'TOO_SHORT'],
  ])('%s rejects %j with %s', (field, value, code) => {
    expect(wrong(withField(field, value))).toEqual({ [field]: code });
  });

  it.each(['a\u00a0b', 'Zoë–“x”', '漢字', '🙂'])('of type text accepts %j', (title) => {
    expect(wrong(withField('title', title))).toEqual({});
  });

  it('of type text is recorded without blanks around it, in the normal form NFC, with line feeds', () => {
    const { command, errors } = check(PlanTrip, {
      ...good,
      title: ' Zoe\u0308\t',
      story: '\r\none\r\n\ttwo\rthree ',
      notes: ['\u00a0A\u030a'],
    });
    expect(errors).toEqual([]);
    expect(command).toMatchObject({ title: 'Zo\u00eb', story: 'one\n\ttwo\nthree', notes: ['\u00c5'] });
  });

  it('of type text says which kind of character is forbidden and where, without repeating it', () => {
    const { errors } = check(PlanTrip, { ...good, title: ' a\u202eb', notes: ['a', 'ab\u0085'] });
    expect(errors).toEqual([
      {
        field: 'title',
        code: 'FORBIDDEN_CHARACTER',
        message: 'must not contain bidirectional controls: there is one at character 3',
      },
      {
        field: 'notes',
        code: 'FORBIDDEN_CHARACTER',
        message: 'must not contain control characters: there is one at character 3 of item 2',
      },
    ]);
  });

  it('of type cursor is kept as it is, whatever it contains', () => {
    const { command, errors } = check(PlanTrip, { ...good, after: ' e\u0308\u202e\n' });
    expect([command.after, errors]).toEqual([' e\u0308\u202e\n', []]);
  });

  it('that is undeclared is counted at its path, together with the declared fields', () => {
    const only = 'may have only the fields name, on:';
    expect(check(PlanTrip, withField('first', { ...stop, zarafarouk: 1 })).errors).toEqual([
      { field: 'first', code: 'UNKNOWN_FIELD', message: `${only} 1 is unknown` },
    ]);
    const stops = [stop, { ...stop, zarafarouk: 1, H801200001001: { '12345': 1 } }];
    expect(check(PlanTrip, { ...good, stops }).errors).toEqual([
      { field: 'stops.1', code: 'UNKNOWN_FIELD', message: `${only} 2 are unknown` },
    ]);
    expect(check(StopPart, { ...stop, zarafarouk: 1 }, 'parameter').errors).toEqual([
      { field: '', code: 'UNKNOWN_FIELD', message: 'may have only the parameters name, on: 1 is unknown' },
    ]);
    expect(check(Nothing, { zarafarouk: 1 }).errors).toEqual([
      { field: '', code: 'UNKNOWN_FIELD', message: 'may have no field: 1 is unknown' },
    ]);
  });

  it('in a part or a list is named by its path', () => {
    const bad = { name: '', on: '2025-02-30' };
    expect(wrong({ ...good, first: bad, stops: [stop, bad, 'Harbour', null] })).toEqual({
      'first.name': 'TOO_SHORT',
      'first.on': 'INVALID_DAY',
      stops: 'TOO_LONG',
      'stops.1.name': 'TOO_SHORT',
      'stops.1.on': 'INVALID_DAY',
      'stops.2': 'WRONG_TYPE',
      'stops.3': 'WRONG_TYPE',
    });
  });
});

describe('a body with several invalid fields', () => {
  const body = {
    ...good,
    title: 7,
    on: '2025-02-30',
    upn: 'Zara Farouk',
    places: 99,
    zarafarouk: 'Farouk',
    by: 'Zara',
  };

  it('is refused with all errors at once', () => {
    expect(wrong(body)).toEqual({
      title: 'WRONG_TYPE',
      on: 'INVALID_DAY',
      upn: 'INVALID_UPN',
      places: 'OUT_OF_RANGE',
      by: 'NOT_ONE_OF',
      '': 'UNKNOWN_FIELD',
    });
    expect(() => valid(PlanTrip, body)).toThrow(Refusal);
    expect(() => valid(PlanTrip, body)).toThrow(
      expect.objectContaining({
        code: 'INVALID_FIELDS',
        kind: 'invalid',
        errors: check(PlanTrip, body).errors,
      }),
    );
  });

  it('gets error messages that do not repeat its values', () => {
    const { errors } = check(PlanTrip, body);
    for (const { message } of errors) expect(message).toMatch(/^(must|is|may) /);
    expect(JSON.stringify(errors)).not.toMatch(/Zara|Farouk|2025-02-30|99/i);
  });

  it('with any content gets one error per field, without its values', () => {
    const secret = 'f4rouk';
    const value = fc.anything({
      key: fc.constantFrom(secret, 'name', 'on'),
      withDate: false,
      withBigInt: false,
      values: [fc.constant(secret), fc.integer()],
    });
    const field = fc.constantFrom(...Object.keys(good), 'reason', 'severity', 'detours', secret);
    fc.assert(
      fc.property(fc.dictionary(field, value), (differing) => {
        const { errors } = check(PlanTrip, { ...good, ...differing });
        const own = errors.map((error) => error.field);
        expect(new Set(own).size).toBe(own.length);
        expect(JSON.stringify(errors)).not.toContain(secret);
      }),
    );
  });
});

describe('a malicious body', () => {
  it.each([
    ['__proto__', { polluted: true }],
    ['constructor', { prototype: { polluted: true } }],
    ['constructor', 'PlanTrip'],
    ['prototype', null],
    ['hasOwnProperty', true],
    ['toString', 'x'],
  ])('cannot change a prototype through a field %s', (field, value) => {
    const body: unknown = JSON.parse(
      JSON.stringify(good).replace('{', `{${JSON.stringify(field)}:${JSON.stringify(value)},`),
    );
    const { command, errors } = check(PlanTrip, body);
    expect(errors.map((error) => [error.field, error.code])).toEqual([['', 'UNKNOWN_FIELD']]);
    expect(command).toBeInstanceOf(PlanTrip);
    expect(command.constructor).toBe(PlanTrip);
    expect(Object.getPrototypeOf(command)).toBe(PlanTrip.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect({ ...command }).not.toHaveProperty('polluted');
  });

  it('cannot change a prototype through a field of a nested part', () => {
    const first: unknown = JSON.parse('{"__proto__":{"polluted":1},"name":"Harbour","on":"2025-11-03"}');
    const { command } = check(PlanTrip, withField('first', first));
    expect(Object.getPrototypeOf(command.first)).toBe(StopPart.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([...reservedNames])('has an unknown field wherever a field is named %s', (name) => {
    for (const value of ['2', 'null', '{"name":"PlanTrip"}', '[1]']) {
      const json = `{"${name}":${value}}`;
      const nested = JSON.parse(json) as object;
      expect(wrong({ ...good, ...JSON.parse(`{"extra":${json}}`) })).toEqual({ '': 'UNKNOWN_FIELD' });
      expect(wrong({ ...good, first: { ...stop, extra: [nested] } })).toEqual({ first: 'UNKNOWN_FIELD' });
      const inFirst = JSON.parse(JSON.stringify(stop).replace('{', `${json.slice(0, -1)},`)) as object;
      expect(wrong({ ...good, first: inFirst })).toEqual({ first: 'UNKNOWN_FIELD' });
      expect(wrong({ ...good, stops: [stop, inFirst] })).toEqual({ 'stops.1': 'UNKNOWN_FIELD' });
      expect(wrong({ ...good, title: nested })).toEqual({ title: 'WRONG_TYPE' });
    }
  });

  it('includes the names that all JavaScript objects share in the reserved names', () => {
    expect([...reservedNames]).toEqual(
      expect.arrayContaining(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']),
    );
  });

  it('is rejected if it nests too deep', () => {
    const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(wrong(JSON.parse(`{"notes":${nested}}`))).toEqual({ '': 'WRONG_FORM' });
    expect(wrong(JSON.parse(`{"__proto__":${nested}}`))).toEqual({ '': 'WRONG_FORM' });
  });

  it.each([null, undefined, 'text', 5, true, [good], []])(
    'is rejected if it is not an object: %j',
    (body) => {
      expect(wrong(body)).toEqual({ '': 'WRONG_TYPE' });
    },
  );
});
