import fc from 'fast-check';
import { isTemporaryUpn, isUpn } from './upn';

const ALPHABET = 'ABCDEFGHJKLMNPQRTUVWXYZ';
const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** The check letter, computed independently from the published rule. */
const checkLetter = (rest: string): string => {
  const values = [...rest].map((character) =>
    /\d/.test(character) ? Number(character) : ALPHABET.indexOf(character),
  );
  return ALPHABET.charAt(values.reduce((sum, value, index) => sum + value * (index + 2), 0) % 23);
};

const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((each) => each.join(''));
const withLetter = (rest: string): string => checkLetter(rest) + rest;
const permanent = digits(12).map(withLetter);
const temporary = fc
  .tuple(digits(11), fc.constantFrom(...ALPHABET))
  .map(([start, last]) => withLetter(start + last));

/** All strings that differ from this one only in the character at one place. */
const changedAt = (upn: string, place: number): string[] =>
  [...CHARACTERS]
    .filter((character) => character !== upn[place])
    .map((character) => upn.slice(0, place) + character + upn.slice(place + 1));

const changed = (upn: string): string[] => [...upn].flatMap((_, place) => changedAt(upn, place));

describe('a UPN', () => {
  it.each(['H801200001001', 'C888412524007', 'D886543224119', 'T80640122400B'])('accepts %s', (upn) => {
    expect(isUpn(upn)).toBe(true);
  });

  it.each([
    ['a wrong check letter', 'A801200005001'],
    ['a letter that is not a check letter', 'I801200001001'],
    ['a last letter that is not a check letter', 'T80640122400S'],
    ['a letter in the middle', 'H8012000A1001'],
    ['a lower-case letter', 'h801200001001'],
    ['a missing character', 'H80120000100'],
    ['an additional character', 'H8012000010011'],
    ['a digit in place of the check letter', '8801200001001'],
    ['a space', 'H801200001001 '],
    ['a line break', 'H801200001001\n'],
    ['digits of another script', 'H80120000100١'],
    ['nothing', ''],
  ])('rejects a text with %s', (_, text) => {
    expect(isUpn(text)).toBe(false);
  });

  it.each([undefined, null, 8801200001001, ['H801200001001'], { toString: () => 'H801200001001' }])(
    'rejects %p, which is not text',
    (value) => {
      expect(isUpn(value)).toBe(false);
    },
  );

  it('is permanent or temporary', () => {
    fc.assert(
      fc.property(permanent, temporary, (lasting, passing) => {
        expect([isUpn(lasting), isTemporaryUpn(lasting)]).toEqual([true, false]);
        expect([isUpn(passing), isTemporaryUpn(passing)]).toEqual([true, true]);
      }),
    );
  });

  it('has exactly one valid check letter', () => {
    fc.assert(
      fc.property(fc.oneof(permanent, temporary), (upn) => {
        expect(changedAt(upn, 0).filter(isUpn)).toEqual([]);
      }),
    );
  });

  it('detects every mistyped digit', () => {
    fc.assert(
      fc.property(fc.oneof(permanent, temporary), (upn) => {
        const mistyped = changed(upn).filter(
          (other) => /^\D\d{11}.$/.test(other) && isTemporaryUpn(other) === isTemporaryUpn(upn),
        );
        expect(mistyped.length).toBeGreaterThan(100);
        expect(mistyped.filter(isUpn)).toEqual([]);
      }),
    );
  });

  it('detects every other change of one character, except a last digit and the letter with the same value', () => {
    fc.assert(
      fc.property(permanent, (upn) => {
        const alike = upn.slice(0, 12) + ALPHABET.charAt(Number(upn[12]));
        expect(changed(upn)).toHaveLength(13 * 35);
        expect(changed(upn).filter(isUpn)).toEqual([alike]);
      }),
    );
    fc.assert(
      fc.property(temporary, (upn) => {
        const value = ALPHABET.indexOf(upn.charAt(12));
        expect(changed(upn).filter(isUpn)).toEqual(value < 10 ? [upn.slice(0, 12) + String(value)] : []);
      }),
    );
  });

  it('detects two swapped adjacent digits', () => {
    fc.assert(
      fc.property(permanent, fc.integer({ min: 1, max: 11 }), (upn, at) => {
        const swapped = upn.slice(0, at) + upn.charAt(at + 1) + upn.charAt(at) + upn.slice(at + 2);
        expect(isUpn(swapped)).toBe(swapped === upn);
      }),
    );
  });
});
