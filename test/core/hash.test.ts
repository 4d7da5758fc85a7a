import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { bodyHash } from '@waymark/core/commands';

const KEY = Buffer.from('a key of the hashes');

/** How hashes were made before canonical JSON came from a package; logs hold them. */
function earlierHash(body: object): string {
  const names = [...namesIn(body, new Set<string>())].sort();
  return createHmac('sha256', KEY).update(JSON.stringify(body, names)).digest('hex').slice(0, 32);
}

function namesIn(value: unknown, names: Set<string>): Set<string> {
  if (typeof value !== 'object' || value === null) return names;
  for (const [name, field] of Object.entries(value)) {
    if (!Array.isArray(value)) names.add(name);
    namesIn(field, names);
  }
  return names;
}

/** The same body with the fields of every object in the opposite order. */
const turned = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(turned)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([name, field]) => [name, turned(field)]),
        )
      : value;

class Nested {
  declare on: string;
  method(): string {
    return this.on;
  }
}

// No body has a field `__proto__`: class-transformer leaves it out of what it reads as a command.
const name = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.nat({ max: 20 }).map(String),
    fc.constantFrom('method', 'toString', 'constructor', 'on', '\ud800', '\uffff', '😀', '01', '-1'),
  )
  .filter((each) => each !== '__proto__');
const { body } = fc.letrec<{ body: object; value: unknown }>((tie) => ({
  body: fc.dictionary(name, tie('value'), { maxKeys: 6, noNullPrototype: true }),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.constantFrom(true, false, null, undefined, '\ud800', '\u2028'),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('body'),
    tie('body').map((fields) => Object.assign(new Nested(), fields)),
  ),
}));

describe('the hash of a body', () => {
  it('is what it was in the logs there are', () => {
    const marks = [
      { on: '2025-09-03', am: '/', pm: null },
      { pm: 'L', on: '2025-09-04' },
    ];
    const odd = { ö: 1e21, '€': -0, '😀': 1e-7, '\uffff': true, n: undefined, list: [undefined, '"\\'] };
    expect(bodyHash(KEY, {})).toBe('25cd710c10b1218491bc382e2e93ad6d');
    expect(bodyHash(KEY, { upn: 'A123', marks, 10: 1, 9: 0.1, b: { 10: 'é', 9: '\u2028\ud800' } })).toBe(
      'c0094102f9ba3367f53f0770a4b49c7b',
    );
    expect(bodyHash(KEY, odd)).toBe('64477a0e8e7d9d119f996781de18d382');
  });

  it('is, for any body, what it was before', () => {
    fc.assert(
      fc.property(body, (any) => {
        expect(bodyHash(KEY, any)).toBe(earlierHash(any));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the same whatever the order of fields, and another for another body or key', () => {
    fc.assert(
      fc.property(body, (any) => {
        const hash = bodyHash(KEY, any);
        expect(bodyHash(KEY, turned(any) as object)).toBe(hash);
        expect(bodyHash(KEY, { ...any, more: [any] })).not.toBe(hash);
        expect(bodyHash(Buffer.from('another'), any)).not.toBe(hash);
      }),
    );
  });
});
