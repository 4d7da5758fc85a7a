import { Transform } from 'node:stream';
import { stringify } from 'csv-stringify';

/** The file formats of exports. */
export const formats = {
  /**
   * A header and one line for each row, as in RFC 4180. Text that a spreadsheet would read as a formula is prefixed
   * with an apostrophe.
   */
  csv: (): Transform =>
    stringify({
      header: true,
      record_delimiter: 'windows',
      escape_formulas: true,
      // Quote text that contains any line break: some readers would take it for the end of the row.
      quoted_match: /[\r\n]/,
      cast: { boolean: String },
    }),
  /** One JSON value per line. */
  jsonl: (): Transform =>
    new Transform({
      writableObjectMode: true,
      transform: (row: object, _encoding, done) => done(null, `${JSON.stringify(row)}\n`),
    }),
} satisfies Record<string, () => Transform>;

export type Format = keyof typeof formats;
