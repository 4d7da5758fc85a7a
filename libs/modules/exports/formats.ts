import { Transform } from 'node:stream';
import { stringify } from 'csv-stringify';

/**
 * Text that a spreadsheet would read as a formula: the first character after any blanks and invisible characters is
 * `=`, `+`, `-` or `@` in ASCII, full-width or small form, or the minus sign. Text that begins with a tab or a line
 * break counts too, because some programs drop that character before they read the cell.
 */
const FORMULA =
  /^(?:[\t\r\n]|[\p{White_Space}\p{Cc}\p{Cf}]*[=+\-@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20])/u;

const asText = (value: string): string => (FORMULA.test(value) ? `'${value}` : value);

/** The file formats of exports. */
export const formats = {
  /**
   * A header and one line for each row, as in RFC 4180. Text that a spreadsheet would read as a formula is prefixed
   * with an apostrophe. Numbers stay numbers, also negative ones.
   */
  csv: (): Transform =>
    stringify({
      header: true,
      record_delimiter: 'windows',
      // Quote text that contains any line break: some readers would take it for the end of the row.
      quoted_match: /[\r\n]/,
      cast: { boolean: String, string: asText },
    }),
  /** One JSON value per line. */
  jsonl: (): Transform =>
    new Transform({
      writableObjectMode: true,
      transform: (row: object, _encoding, done) => done(null, `${JSON.stringify(row)}\n`),
    }),
} satisfies Record<string, () => Transform>;

export type Format = keyof typeof formats;
