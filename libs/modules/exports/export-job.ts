import type { Principal, Reach } from '@waymark/core/access';
import type { EventStore, Scope } from '@waymark/core/kernel';
import type { WorkHandler } from '@waymark/core/jobs';
import type { ExportFiles } from './export-files';
import { formats } from './formats';
import { type ExportKind, type ExportKindName, exportKinds, type ExportSources } from './kinds';

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

/** What an export job needs of the service. */
export interface Exporting extends Pick<ExportSources, 'rows' | 'submitter' | 'published'> {
  readonly exports: Pick<ExportFiles, 'write'>;
  /** Knows the roles that a person has at present. */
  readonly people: { grants(person: string): Promise<Principal['grants']> };
  readonly accessLog: {
    record(principal: Principal, what: string, pupils: Iterable<string>): Promise<void>;
  };
  /** The log without personal data. */
  readonly redactedRecords: { readonly events: EventStore };
  reachFor(principal: Principal, action: string): Reach;
  scopesOf(module: string, id: string): Promise<readonly Scope[]>;
  /** The present moment: UTC, milliseconds. */
  now(): string;
}

/** Exports: one that was cut off begins anew. */
export const exportJob = (service: Exporting): WorkHandler => ({
  kind: EXPORT,
  attempts: 8,
  backoff: 1_000,
  concurrency: 2,
  run: async (
    { kind, parameters, actor }: ExportRequest,
    { id, signal, progress },
  ): Promise<ExportResult> => {
    const { rows, submitter, published, exports, people, accessLog, redactedRecords } = service;
    // By the roles of now: they may be others than when it was asked for.
    const principal = { id: actor, grants: await people.grants(actor) };
    const reach = service.reachFor(principal, 'RequestExport');
    const shown = new Set<string>();
    const sources = {
      ...{ events: redactedRecords.events, rows, submitter, published, reach },
      scopesOf: (module: string, of: string) => service.scopesOf(module, of),
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
    await accessLog.record(principal, `export ${kind}`, shown);
    return { file, rows: written };
  },
});
