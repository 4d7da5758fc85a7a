/**
 * A unique pupil number: 13 characters, as text. It is personal data: never use it as a key, in a URL or in a
 * log.
 */
export type Upn = string;

const LETTERS = 'ABCDEFGHJKLMNPQRTUVWXYZ';
const PERMANENT = /^[A-HJ-NP-RT-Z]\d{12}$/;
const TEMPORARY = /^[A-HJ-NP-RT-Z]\d{11}[A-HJ-NP-RT-Z]$/;

/**
 * Whether a value is a permanent or temporary UPN with the correct check letter: the sum of characters 2 to 13,
 * each multiplied by its position, modulo 23, as a letter of the alphabet without I, O and S. The last letter
 * of a temporary UPN counts as its index in that alphabet (Department for Education, UPN guide).
 */
export function isUpn(value: unknown): value is Upn {
  if (typeof value !== 'string' || !(PERMANENT.test(value) || TEMPORARY.test(value))) return false;
  let sum = 0;
  for (let place = 2; place <= 13; place += 1) {
    const character = value.charAt(place - 1);
    sum += place * (character <= '9' ? Number(character) : LETTERS.indexOf(character));
  }
  return LETTERS[sum % 23] === value[0];
}

export const isTemporaryUpn = (upn: Upn): boolean => TEMPORARY.test(upn);

/** Replace every UPN in a text by `[UPN]`. */
export const redactUpns = (text: string): string =>
  text.replace(/[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z]/g, '[UPN]');
