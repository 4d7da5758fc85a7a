import type { WorkHandler } from '@waymark/core/jobs';
import { type Jobs, PermanentFailure } from '@waymark/core/kernel';
import type { Uploads, ImportServices } from '@waymark/core/imports';
import type { ImportState } from './import';
import { Importer } from './importer';

export const IMPORT = 'import';

/** How uploaded files are to be imported. */
export interface ImportRequest {
  readonly actor: string;
  /** Registers write two-character codes as one character, as some suppliers do. */
  readonly aliases: boolean;
}

/** Request the import of an upload. The import and its job have the upload's id. */
export const requestImport = (jobs: Jobs, id: string, request: ImportRequest): Promise<string> =>
  jobs.add({ kind: IMPORT, id, data: request });

interface Importing extends ImportServices {
  readonly uploads: Pick<Uploads, 'inspect' | 'discard'>;
}

/**
 * Imports uploaded files. An interrupted import continues after its last chunk. The files are deleted when the import
 * is finished. If the job becomes a dead letter, they are kept until it is retried.
 */
export const importJob = (service: Importing): WorkHandler => ({
  kind: IMPORT,
  attempts: 10,
  backoff: 1_000,
  // Imports run one at a time: a second one would wait for the first.
  concurrency: 1,
  run: async ({ actor, aliases }: ImportRequest, { id, signal, progress }) => {
    if (!(await service.submitter.facts<ImportState>('import', id))?.finished) {
      const { files } = await service.uploads.inspect(id);
      if (files.length === 0) {
        throw new PermanentFailure(
          'the files are not in the data folder: check that the API and the workers share its volume',
        );
      }
      const onProgress = ({ done, total }: { readonly done: number; readonly total: number }) =>
        progress({ done, total });
      await new Importer(service, id, files, { actor, aliases, signal, onProgress }).run();
    }
    await service.uploads.discard(id);
    return undefined;
  },
});
