import { Transform } from 'node:stream';
import { stringify } from 'csv-stringify';

/** How rows are written. */
export const formats = {
  /**
   * A header and a line for each row, as RFC 4180 has it. Text that a spreadsheet would take for a formula is led by an
   * apostrophe.
   */
  csv: (): Transform =>
    stringify({
      header: true,
      record_delimiter: 'windows',
      escape_formulas: true,
      // Line breaks other than that of the lines, which some readers take for it.
      quoted_match: /[\r\n]/,
      cast: { boolean: String },
    }),
  /** One JSON value a line. */
  jsonl: (): Transform =>
    new Transform({
      writableObjectMode: true,
      transform: (row: object, _encoding, done) => done(null, `${JSON.stringify(row)}\n`),
    }),
} satisfies Record<string, () => Transform>;

export type Format = keyof typeof formats;
