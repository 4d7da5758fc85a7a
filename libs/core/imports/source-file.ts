import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { withDashes } from '@waymark/core/fields';
import { Refusal } from '@waymark/core/kernel';
import { type FileKind, fileKinds, type ImportedFile } from './outcomes';

export type Encoding = 'utf-8' | 'windows-1252' | 'utf-16le';

/** An inspected file to import: its kind, encoding, hash and size. */
export interface SourceFile extends ImportedFile {
  readonly path: string;
  readonly encoding: Encoding;
  /** Number of line breaks, which is close to the number of rows. */
  readonly lines: number;
}

/** The columns that identify a file's kind, whatever its name. Further columns are allowed. */
export const columns: Readonly<Record<Exclude<FileKind, 'programme'>, readonly string[]>> = {
  registers: ['URN', 'UPN', 'Date', 'AM', 'PM', 'RecordedAt'],
  sessions: ['UPN', 'MentorId', 'Date', 'Outcome', 'Minutes', 'Mode', 'Location', 'Phase'],
  referrals: [
    ...['UPN', 'Forename', 'Surname', 'DateOfBirth', 'YearGroup', 'Sex', 'SchoolURN', 'ReferredOn'],
    ...['FreeSchoolMeals', 'SENProvision', 'EAL', 'ConsentGivenOn', 'Barriers'],
  ],
  mentors: ['MentorId', 'Name', 'Area', 'SchoolURN', 'StartDate'],
  schools: [
    ...[
      'URN',
      'LA (code)',
      'LA (name)',
      'EstablishmentNumber',
      'EstablishmentName',
      'PhaseOfEducation (name)',
    ],
    ...['EstablishmentStatus (name)', 'GOR (name)', 'Area'],
  ],
};

/**
 * The files under some paths, in import order: files that others refer to come first; within a kind, the given
 * order (in a folder, by name). Files of unknown kind are skipped in a folder, and refused if they were named
 * explicitly.
 */
export async function sourceFiles(paths: readonly string[]): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  for (const [index, path] of paths.entries()) {
    // A file name may contain a child's name, so the file is identified by its number.
    const which = `number ${String(index + 1)} of the given paths`;
    const named = await isFile(path, which);
    for (const file of named ? [path] : await within(path)) {
      const recognised = await recognise(file);
      if (recognised) found.push(recognised);
      else if (named) {
        throw new Refusal(
          'UNKNOWN_FILE',
          `File ${which} cannot be imported. Supported kinds: ${fileKinds.join(', ')}.`,
          'invalid',
        );
      }
    }
  }
  if (found.length === 0) throw new Refusal('NOTHING_TO_IMPORT', 'There is no file to import.', 'invalid');
  return found.sort((a, b) => fileKinds.indexOf(a.kind) - fileKinds.indexOf(b.kind));
}

async function isFile(path: string, which: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    throw new Refusal('NO_SUCH_FILE', `There is no file or folder at path ${which}.`, 'invalid');
  }
}

async function within(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && ['.csv', '.json'].includes(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function recognise(path: string): Promise<SourceFile | undefined> {
  const name = basename(path);
  const read = await inspect(path);
  const kind =
    extname(name).toLowerCase() === '.json'
      ? await kindOfJson(path, read.encoding)
      : kindOfTable(read.header);
  if (!kind) return undefined;
  const { sha256, bytes, encoding, lines } = read;
  return { path, name: withDashes(name), kind, sha256, bytes, encoding, lines };
}

/**
 * The text of a small file without its byte order mark. Decoded in stream mode, because Node otherwise decodes
 * Windows-1252 as Latin-1 (nodejs/node#56542).
 */
export const textOf = async ({ path, encoding }: Pick<SourceFile, 'path' | 'encoding'>): Promise<string> =>
  new TextDecoder(encoding).decode(await readFile(path), { stream: true });

async function kindOfJson(path: string, encoding: Encoding): Promise<FileKind | undefined> {
  const limit = 1_000_000;
  if ((await stat(path)).size > limit) return undefined;
  try {
    const value: unknown = JSON.parse(await textOf({ path, encoding }));
    return typeof value === 'object' && value !== null && 'deliveryModel' in value ? 'programme' : undefined;
  } catch {
    return undefined;
  }
}

function kindOfTable(header: string): FileKind | undefined {
  let names: readonly string[];
  try {
    names = (parse(header, { trim: true, relax_quotes: true }) as string[][])[0] ?? [];
  } catch {
    return undefined;
  }
  const [kind] =
    Object.entries(columns).find(([, needed]) => needed.every((name) => names.includes(name))) ?? [];
  return kind as FileKind | undefined;
}

interface Inspected {
  readonly sha256: string;
  readonly bytes: number;
  readonly encoding: Encoding;
  readonly lines: number;
  /** The first line without its byte order mark. */
  readonly header: string;
}

const HEADER_LIMIT = 65_536;

/**
 * Read a file once to get its hash, size, encoding and header. A file that is not valid UTF-8 or UTF-16 is
 * treated as Windows-1252.
 */
async function inspect(path: string): Promise<Inspected> {
  const hash = createHash('sha256');
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let [bytes, lines, isUtf8, start] = [0, 0, true, Buffer.alloc(0)];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
    if (start.length < HEADER_LIMIT)
      start = Buffer.concat([start, chunk.subarray(0, HEADER_LIMIT - start.length)]);
    if (isUtf8) isUtf8 = decodes(utf8, chunk, true);
  }
  isUtf8 &&= decodes(utf8, Buffer.alloc(0), false);
  const encoding = start[0] === 0xff && start[1] === 0xfe ? 'utf-16le' : isUtf8 ? 'utf-8' : 'windows-1252';
  const header = new TextDecoder(encoding).decode(start).split(/\r?\n/, 1)[0] ?? '';
  return { sha256: hash.digest('hex'), bytes, encoding, lines, header };
}

function decodes(decoder: InstanceType<typeof TextDecoder>, chunk: Buffer, stream: boolean): boolean {
  try {
    decoder.decode(chunk, { stream });
    return true;
  } catch {
    return false;
  }
}
