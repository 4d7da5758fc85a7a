import { randomUUID } from 'node:crypto';
import { sourceFiles } from '@waymark/core/imports';
import { Importer, unfinishedImport } from '@waymark/modules/imports/importer';
import { type ImportReport, importReport } from '@waymark/modules/imports/views/import-reports';
import type { Platform } from '@waymark/platform';
import { progressBar } from './progress-bar';

export interface ImportWithProgressOptions {
  readonly actor: string;
  /** Registers use the one-character codes of some suppliers for two-character attendance codes. */
  readonly aliases?: boolean;
  /** No progress bar. */
  readonly quiet?: boolean;
}

/** Import files, with a progress bar on standard error. Continues an unfinished import of the same files. */
export async function importWithProgress(
  platform: Platform,
  paths: readonly string[],
  { actor, aliases: aliases = false, quiet = false }: ImportWithProgressOptions,
): Promise<{ readonly id: string; readonly report: ImportReport }> {
  const files = await sourceFiles(paths);
  const id = (await unfinishedImport(platform, files)) ?? randomUUID();
  const bar = quiet ? undefined : progressBar(FORMAT);
  bar?.start(1, 0, { file: '' });
  try {
    await new Importer(platform, id, files, {
      actor,
      aliases,
      onProgress: ({ done, total, file }) => {
        bar?.setTotal(total);
        bar?.update(done, { file });
      },
    }).run();
  } finally {
    bar?.stop();
  }
  await platform.settle();
  const report = await importReport(platform.rows, id);
  if (!report) throw new Error('the import finished without a report');
  return { id, report };
}

const FORMAT =
  'importing {bar} {percentage}% | {value} of about {total} rows | {eta_formatted} left | {file}';
