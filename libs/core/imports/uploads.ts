import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Refusal } from '@waymark/core/kernel';
import { type SourceFile, sourceFiles } from './source-file';

/** The uploaded files of one import. */
export interface Upload {
  /** In the order in which they are imported. */
  readonly files: readonly SourceFile[];
  /** Indexes, in upload order, of the files that cannot be imported. */
  readonly unknown: readonly number[];
}

/**
 * Uploaded files by import, kept until the import is finished. If API and workers are separate processes, the
 * folder is on a shared volume.
 */
export class Uploads {
  private readonly root: string;

  constructor(data: string) {
    this.root = join(data, 'uploads');
  }

  /**
   * A new folder for the next file of an import. Each file has its own, so that two files may have the same
   * name.
   */
  async folderFor(id: string, index: number): Promise<string> {
    const place = join(this.folderOf(id), folderName(index));
    await mkdir(place, { recursive: true, mode: 0o700 });
    return place;
  }

  /** Inspect the files of an import and determine the kind of each. */
  async inspect(id: string): Promise<Upload> {
    const folder = this.folderOf(id);
    const sent = await readdir(folder).catch(() => []);
    const files = sent.length === 0 ? [] : await sourceFiles([folder]).catch(noFiles);
    const isKnown = (index: number): boolean =>
      files.some(({ path }) => path.startsWith(join(folder, folderName(index)) + sep));
    const unknown = sent.map(Number).filter((index) => !isKnown(index));
    return { files, unknown: unknown.sort((a, b) => a - b) };
  }

  async discard(id: string): Promise<void> {
    await rm(join(this.root, id), { recursive: true, force: true });
  }

  /** Imports whose files were uploaded before a time (milliseconds since the epoch). */
  before(moment: number): Promise<string[]> {
    return foldersBefore(this.root, moment);
  }

  private folderOf(id: string): string {
    return join(this.root, id, 'files');
  }
}

/** Subfolders last modified before a time (milliseconds since the epoch). */
export async function foldersBefore(root: string, moment: number): Promise<string[]> {
  const names = await readdir(root).catch(() => []);
  const old = await Promise.all(
    names.map((name) =>
      stat(join(root, name)).then(
        ({ mtimeMs }) => mtimeMs < moment,
        () => false, // Deleted meanwhile.
      ),
    ),
  );
  return names.filter((_, index) => old[index]);
}

const folderName = (index: number): string => String(index).padStart(2, '0');

function noFiles(error: unknown): SourceFile[] {
  if (error instanceof Refusal) return [];
  throw error;
}
