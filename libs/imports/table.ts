import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { TextDecoderStream } from 'node:stream/web';
import { parse, type CsvError } from 'csv-parse';
import type { Encoding, SourceFile } from './source-file';

/** A row of a table: its number (1 for the first after the header) and its cells. */
export interface TableRow {
  readonly row: number;
  /** Cells of the columns asked for, in that order; undefined where the row has more or fewer cells than the header. */
  readonly cells: readonly string[] | undefined;
}

/** Read some columns of a table row by row; however large the file is, only a part of it is in memory. */
export async function* readTable(
  { path, encoding }: SourceFile,
  columns: readonly string[],
): AsyncGenerator<TableRow> {
  const parser = parse({
    bom: true,
    trim: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  const source = encoding === 'utf-8' ? createReadStream(path) : decoded(path, encoding);
  source.on('error', (error: Error) => parser.destroy(error));
  source.pipe(parser);
  let width = -1;
  let places: readonly number[] = [];
  let row = 0;
  try {
    for await (const record of parser as AsyncIterable<readonly string[]>) {
      if (width === -1) {
        width = record.length;
        places = columns.map((name) => record.indexOf(name));
        continue;
      }
      row += 1;
      yield { row, cells: record.length === width ? places.map((place) => record[place] ?? '') : undefined };
    }
  } catch (error) {
    // A quote that is never closed takes the rest of the file with it: all that is left is one unreadable row.
    if (!(error as Partial<CsvError>).code?.startsWith('CSV_')) throw error;
    yield { row: row + 1, cells: undefined };
  }
}

/** The text of a file that is not UTF-8, which is what the parser reads of itself. */
const decoded = (path: string, encoding: Encoding): Readable =>
  Readable.fromWeb(
    Readable.toWeb(createReadStream(path)).pipeThrough(new TextDecoderStream(encoding)) as never,
  );

/** Rows in groups of up to `size`. */
export async function* chunked(rows: AsyncIterable<TableRow>, size: number): AsyncGenerator<TableRow[]> {
  let chunk: TableRow[] = [];
  for await (const row of rows) {
    if (chunk.push(row) < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
