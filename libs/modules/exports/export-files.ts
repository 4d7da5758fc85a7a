import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { foldersBefore } from '@waymark/core/imports';

/**
 * Exported files, one folder for each export, kept for as long as they can be downloaded. If the API and the workers
 * are separate processes, they share the folder on a common volume.
 */
export class ExportFiles {
  private readonly root: string;

  constructor(data: string) {
    this.root = join(data, 'exports');
  }

  folderOf(id: string): string {
    return join(this.root, id);
  }

  /** Write a file. It gets its name only once it is complete and flushed to disk. */
  async write(
    id: string,
    name: string,
    rows: AsyncIterable<object>,
    { format, signal }: { readonly format: Transform; readonly signal: AbortSignal },
  ): Promise<void> {
    // Remove what an interrupted attempt left behind.
    await this.discard(id);
    await mkdir(this.folderOf(id), { recursive: true, mode: 0o700 });
    const file = join(this.folderOf(id), name);
    const unfinished = `${file}.${randomUUID()}`;
    const disk = createWriteStream(unfinished, { flush: true, mode: 0o600 });
    try {
      await pipeline(Readable.from(rows), format, disk, { signal });
      await rename(unfinished, file);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  }

  async discard(id: string): Promise<void> {
    await rm(this.folderOf(id), { recursive: true, force: true });
  }

  /** Ids of the exports written before a moment, in milliseconds. */
  before(moment: number): Promise<string[]> {
    return foldersBefore(this.root, moment);
  }
}
