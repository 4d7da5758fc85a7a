import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Importer, type SourceFile } from '@waymark/imports';
import type { Position } from '@waymark/kernel';
import { Platform } from '@waymark/platform';
import type { Logger } from 'pino';
import { LOG } from '../request-log';
import { masked } from '../problem';
import { recognised } from './receive';

/** How an import was asked for; kept beside its files until it is finished. */
export interface Wanted {
  readonly actor: string;
  readonly aliases: boolean;
}

/** Seconds to wait before each attempt. */
const ATTEMPTS = [0, 1, 5, 30];
const WANTED = 'wanted.json';
const FILES = 'files';

class Stopping extends Error {}

/**
 * Imports of files that were sent. One after the other, in the background; what was begun goes on after a restart,
 * from the files as they were sent, which are deleted when it is finished.
 */
@Injectable()
export class Uploads implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Imports that failed every time, and wait for the next start. */
  readonly interrupted = new Set<string>();
  private readonly root: string;
  private readonly stopping = new AbortController();
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly platform: Platform,
    @Inject(LOG) private readonly log: Logger,
  ) {
    this.root = join(platform.data, 'uploads');
  }

  /** Go on with what was begun; what was not sent to its end is deleted. */
  async onApplicationBootstrap(): Promise<void> {
    for (const id of await readdir(this.root).catch(() => [])) {
      const wanted = await readFile(join(this.root, id, WANTED), 'utf8').catch(() => undefined);
      if (wanted === undefined) await this.discard(id);
      else this.enqueue(id, JSON.parse(wanted) as Wanted);
    }
  }

  /** Let the import at hand come to the end of its chunk. */
  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.turn;
  }

  /** Folder of an import's files. */
  async folderFor(id: string): Promise<string> {
    const folder = join(this.root, id, FILES);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  async discard(id: string): Promise<void> {
    await rm(join(this.root, id), { recursive: true, force: true });
  }

  /** Begin an import of files that were received. Returns from which position on it can be asked about. */
  async begin(id: string, files: readonly SourceFile[], wanted: Wanted): Promise<Position> {
    const file = join(this.root, id, WANTED);
    try {
      await writeFile(`${file}.new`, JSON.stringify(wanted), { flush: true });
      await rename(`${file}.new`, file);
      const { position } = await new Importer(this.platform, id, files, wanted).start();
      this.enqueue(id, wanted);
      return position;
    } catch (error) {
      await this.discard(id);
      throw error;
    }
  }

  private enqueue(id: string, wanted: Wanted): void {
    this.turn = this.turn.then(() => this.carryOut(id, wanted));
  }

  private async carryOut(id: string, wanted: Wanted): Promise<void> {
    for (const seconds of ATTEMPTS) {
      try {
        await pause(seconds * 1_000, undefined, { signal: this.stopping.signal });
        await this.run(id, wanted);
        await this.discard(id);
        return;
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        this.log.error({ import: id, error: masked(String(error)) }, 'import failed');
      }
    }
    this.interrupted.add(id);
  }

  private async run(id: string, wanted: Wanted): Promise<void> {
    const files = await recognised(join(this.root, id, FILES));
    const onProgress = (): void => {
      if (this.stopping.signal.aborted) throw new Stopping();
    };
    await new Importer(this.platform, id, files, { ...wanted, onProgress }).run();
    this.log.info({ import: id }, 'import finished');
  }
}
