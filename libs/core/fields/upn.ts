/** A unique pupil number: 13 characters, kept as text. Personal data: never a key, never in a URL or a log. */
export type Upn = string;

const LETTERS = 'ABCDEFGHJKLMNPQRTUVWXYZ';
const PERMANENT = /^[A-HJ-NP-RT-Z]\d{12}$/;
const TEMPORARY = /^[A-HJ-NP-RT-Z]\d{11}[A-HJ-NP-RT-Z]$/;

/**
 * A permanent or temporary UPN with the right check letter: the sum of characters 2 to 13, each times its place,
 * modulo 23, as a letter of the alphabet without I, O and S. A temporary one's last letter counts as its index
 * (Department for Education, UPN guide).
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

/** A text without pupils' numbers, whatever it quotes. */
export const redactUpns = (text: string): string =>
  text.replace(/[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z]/g, '[UPN]');
