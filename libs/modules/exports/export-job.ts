import type { WorkHandler } from '@waymark/core/jobs';
import { Reach } from '@waymark/governance/access';
import type { Workplace } from '@waymark/platform';
import { formats } from './formats';
import { type ExportKind, type ExportKindName, exportKinds } from './kinds';

export const EXPORT = 'export';

/** What is to be exported, and who asked for it. */
export interface ExportRequest {
  readonly kind: ExportKindName;
  readonly parameters: object;
  readonly actor: string;
}

/** How far an export is. */
export interface ExportProgress {
  /** Rows written. */
  readonly rows: number;
}

/** What an export came to: the name of its file, and how many rows it has. */
export interface ExportResult extends ExportProgress {
  readonly file: string;
}

/** Rows written between two words on how far it is. */
const STEP = 1_000;

/** Exports: one that was cut off begins anew. */
export const exportJob = (workplace: Workplace): WorkHandler => ({
  kind: EXPORT,
  attempts: 8,
  backoff: 1_000,
  concurrency: 2,
  run: async (
    { kind, parameters, actor }: ExportRequest,
    { id, signal, progress },
  ): Promise<ExportResult> => {
    const { rows, submitter, published, exports, people, accessLog, withheld } = workplace;
    // By the roles of now: they may be others than when it was asked for.
    const reader = { id: actor, grants: await people.grants(actor) };
    const reach = new Reach(reader, 'RequestExport');
    const shown = new Set<string>();
    const sources = {
      ...{ events: withheld.events, rows, submitter, published, reach },
      now: () => workplace.now(),
      onShown: (pupil: string): void => void shown.add(pupil),
    };
    const { format, rows: rowsOf }: ExportKind = exportKinds[kind];
    const file = `${kind}.${format}`;
    let written = 0;
    const counted = async function* () {
      for await (const row of rowsOf(sources, parameters as never)) {
        yield row;
        written += 1;
        if (written % STEP === 0) await progress({ rows: written } satisfies ExportProgress);
      }
    };
    await exports.write(id, file, counted(), { format: formats[format](), signal });
    await accessLog.record(reader, `export ${kind}`, shown);
    return { file, rows: written };
  },
});
