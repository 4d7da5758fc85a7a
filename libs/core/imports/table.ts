import { on } from 'node:events';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { TextDecoderStream } from 'node:stream/web';
import { type CsvError, parse, type Parser } from 'csv-parse';
import type { Encoding, SourceFile } from './source-file';

/** A row of a table: its number (1 for the first row after the header) and its cells. */
export interface TableRow {
  readonly row: number;
  /**
   * The cells of the requested columns, in the requested order; undefined if the row has more or fewer cells
   * than the header.
   */
  readonly cells: readonly string[] | undefined;
}

/**
 * Read some columns of a table, in chunks of up to `size` rows, starting after row `after`. The file is
 * streamed, so that only a part of it is in memory.
 */
export async function* readTable(
  { path, encoding }: SourceFile,
  columns: readonly string[],
  size: number,
  after = 0,
): AsyncGenerator<TableRow[]> {
  const parser = parse({
    bom: true,
    trim: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    // Otherwise all lines would need the same line ending as the first one.
    record_delimiter: ['\r\n', '\n', '\r'],
  });
  const source = encoding === 'utf-8' ? createReadStream(path) : decoded(path, encoding);
  source.on('error', (error: Error) => parser.destroy(error));
  source.pipe(parser);
  let header: { readonly width: number; readonly places: readonly number[] } | undefined;
  let row = 0;
  let rows: TableRow[] = [];
  try {
    // Awaiting each row separately would take as long as the parsing.
    for await (const _ of on(parser, 'readable', { close: ['end'] })) {
      for (let record = read(parser); record; record = read(parser)) {
        if (!header) {
          header = { width: record.length, places: columns.map((name) => record!.indexOf(name)) };
          continue;
        }
        row += 1;
        if (row <= after) continue;
        const { width, places } = header;
        rows.push({ row, cells: record.length === width ? cellsAt(places, record) : undefined });
        if (rows.length < size) continue;
        yield rows;
        rows = [];
      }
    }
  } catch (error) {
    // An unclosed quote takes in the rest of the file: the remainder counts as one unreadable row.
    if (!(error as Partial<CsvError>).code?.startsWith('CSV_')) throw error;
    if (row + 1 > after) rows.push({ row: row + 1, cells: undefined });
  } finally {
    source.destroy();
    parser.destroy();
  }
  if (rows.length > 0) yield rows;
}

const read = (parser: Parser): readonly string[] | null => parser.read() as readonly string[] | null;

const cellsAt = (places: readonly number[], record: readonly string[]): string[] =>
  places.map((place) => record[place] ?? '');

/** The text of a file in another encoding; the parser itself reads only UTF-8. */
const decoded = (path: string, encoding: Encoding): Readable =>
  Readable.fromWeb(
    Readable.toWeb(createReadStream(path)).pipeThrough(new TextDecoderStream(encoding)) as never,
  );
