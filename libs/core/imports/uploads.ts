import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Refusal } from '@waymark/core/kernel';
import { type SourceFile, sourceFiles } from './source-file';

/** What was sent for one import. */
export interface Upload {
  /** In the order in which they are taken. */
  readonly files: readonly SourceFile[];
  /** Which of the files, in the order in which they came, are nothing that can be imported. */
  readonly unknown: readonly number[];
}

/**
 * Files that were sent, by import, until it is finished. Where api and workers are processes of their own, the folder is on
 * a volume that they share.
 */
export class Uploads {
  private readonly root: string;

  constructor(data: string) {
    this.root = join(data, 'uploads');
  }

  /** A folder for the next file of an import: one for each, so that two may have one name. */
  async placeFor(id: string, index: number): Promise<string> {
    const place = join(this.folderOf(id), placeOf(index));
    await mkdir(place, { recursive: true, mode: 0o700 });
    return place;
  }

  /** Look through the files of an import, and see what each of them is. */
  async look(id: string): Promise<Upload> {
    const folder = this.folderOf(id);
    const sent = await readdir(folder).catch(() => []);
    const files = sent.length === 0 ? [] : await sourceFiles([folder]).catch(noneOfThem);
    const isKnown = (index: number): boolean =>
      files.some(({ path }) => path.startsWith(join(folder, placeOf(index)) + sep));
    const unknown = sent.map(Number).filter((index) => !isKnown(index));
    return { files, unknown: unknown.sort((a, b) => a - b) };
  }

  async discard(id: string): Promise<void> {
    await rm(join(this.root, id), { recursive: true, force: true });
  }

  /** Imports whose files came before a moment, in milliseconds. */
  before(moment: number): Promise<string[]> {
    return foldersBefore(this.root, moment);
  }

  private folderOf(id: string): string {
    return join(this.root, id, 'files');
  }
}

/** Folders within another that have not changed since a moment, in milliseconds. */
export async function foldersBefore(root: string, moment: number): Promise<string[]> {
  const names = await readdir(root).catch(() => []);
  const old = await Promise.all(
    names.map((name) =>
      stat(join(root, name)).then(
        ({ mtimeMs }) => mtimeMs < moment,
        () => false, // Gone meanwhile.
      ),
    ),
  );
  return names.filter((_, index) => old[index]);
}

const placeOf = (index: number): string => String(index).padStart(2, '0');

function noneOfThem(error: unknown): SourceFile[] {
  if (error instanceof Refusal) return [];
  throw error;
}
