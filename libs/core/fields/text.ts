/**
 * The one rule for text that people or other systems write: names, reasons, notes. Forbidden characters are refused, never
 * removed: an event is permanent, so it must say what the sender saw. Decision 24 has the reasons.
 */

/** `line` is text on one line, such as a name. `lines` may have line breaks and tabs too. */
export type TextForm = 'line' | 'lines';

/** A forbidden character: its kind in words, and its place in the text, counted in characters from 1. */
export interface ForbiddenCharacter {
  readonly kind: string;
  readonly at: number;
}

const bidirectional = ['bidirectional controls', /\p{Bidi_Control}/u] as const;
const damaged = [
  'damaged characters (lone surrogates, noncharacters, U+FFFD)',
  /[\p{Cs}\p{Noncharacter_Code_Point}\ufffd]/u,
] as const;
const invisible = ['invisible characters', /[\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/u] as const;

/** The forbidden characters, by kind. The first kind that a character belongs to counts. */
const forbidden: Readonly<Record<TextForm, readonly (readonly [kind: string, pattern: RegExp])[]>> = {
  line: [
    ['line breaks or tabs', /[\t\n\r\u2028\u2029]/u],
    ['control characters', /\p{Cc}/u],
    ...[bidirectional, damaged, invisible],
  ],
  lines: [['control characters', /[^\P{Cc}\t\n\r]/u], ...[bidirectional, damaged, invisible]],
};

/** Where invisible characters change what a reader sees. */
const permitted = new RegExp(
  [
    // Joiners between letters, as in Persian, and after the viramas of Indic scripts.
    '(?<=[\\p{L}\\p{M}])[\\u200c\\u200d](?=\\p{L})',
    '(?<=[\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d4d\\u0dca])[\\u200c\\u200d]',
    // Emoji made of several, with a style, and keycaps.
    '(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])\\u200d(?=\\p{Extended_Pictographic})',
    '(?<=\\p{Extended_Pictographic})[\\ufe0e\\ufe0f]',
    '(?<=[0-9#*])\\ufe0f(?=\\u20e3)',
    // The flags of England, Scotland and Wales.
    '(?<=\\u{1f3f4})\\u{e0067}\\u{e0062}(?:\\u{e0065}\\u{e006e}\\u{e0067}|\\u{e0073}\\u{e0063}\\u{e0074}|\\u{e0077}\\u{e006c}\\u{e0073})\\u{e007f}',
    // One variant of a Chinese character, as in Japanese names, or of a Mongolian letter.
    '(?<=\\p{Ideographic})[\\ufe00-\\ufe02\\u{e0100}-\\u{e01ef}]',
    '(?<=[\\u1820-\\u18aa])[\\u180b-\\u180f]',
  ].join('|'),
  'gu',
);

/** Most texts: there is nothing to look for in them. */
const PRINTABLE_ASCII = /^[ -~]*$/;

/** For each character of a text, the kind of forbidden character that it is; undefined for all others. */
function kindsIn(text: string, form: TextForm): (string | undefined)[] {
  const others = text.replace(permitted, (found) => 'x'.repeat([...found].length));
  return [...others].map((each) => forbidden[form].find(([, pattern]) => pattern.test(each))?.[0]);
}

/** The first forbidden character of a text, without the blanks around it; undefined if there is none. */
export function forbiddenIn(text: string, form: TextForm): ForbiddenCharacter | undefined {
  if (PRINTABLE_ASCII.test(text)) return undefined;
  const kinds = kindsIn(text.trim(), form);
  const index = kinds.findIndex((kind) => kind !== undefined);
  const blanks = [...text].length - [...text.trimStart()].length;
  return index === -1 ? undefined : { kind: kinds[index]!, at: blanks + index + 1 };
}

/** A text with a dash for each forbidden character: for names of files, which cannot be refused for their name. */
export function withDashes(text: string): string {
  const kinds = kindsIn(text, 'line');
  return [...text].map((each, index) => (kinds[index] === undefined ? each : '-')).join('');
}

/**
 * A text as it is recorded: without blanks around it, in Unicode's normal form NFC, with line feeds as line breaks. Text
 * with a forbidden character, and anything that is not text, is returned unchanged.
 */
export function normalText<T>(text: T, form: TextForm): T | string {
  if (typeof text !== 'string' || forbiddenIn(text, form)) return text;
  return text.trim().normalize('NFC').replaceAll(/\r\n?/g, '\n');
}

/** What is wrong with a text, for a message; undefined if nothing is. */
export function textFault(text: string, form: TextForm): string | undefined {
  const found = forbiddenIn(text, form);
  return found && `must not contain ${found.kind}: there is one at character ${String(found.at)}`;
}
