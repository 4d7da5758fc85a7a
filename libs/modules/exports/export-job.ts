import type { Principal, Reach } from '@waymark/core/access';
import type { EventStore, Scope } from '@waymark/core/kernel';
import type { WorkHandler } from '@waymark/core/jobs';
import type { ExportFiles } from './export-files';
import { formats } from './formats';
import { type ExportKind, type ExportKindName, exportKinds, type ExportSources } from './kinds';

export const EXPORT = 'export';

/** The requested export and the person who asked for it. */
export interface ExportRequest {
  readonly kind: ExportKindName;
  readonly parameters: object;
  readonly actor: string;
}

/** Progress of an export. */
export interface ExportProgress {
  /** Number of rows written. */
  readonly rows: number;
}

/** Result of an export: the file's name and its number of rows. */
export interface ExportResult extends ExportProgress {
  readonly file: string;
}

/** Number of rows between two progress reports. */
const STEP = 1_000;

/** What an export job needs from the service. */
export interface Exporting extends Pick<ExportSources, 'rows' | 'submitter' | 'published' | 'disclosure'> {
  readonly exports: Pick<ExportFiles, 'write'>;
  /** Returns the roles that a person holds now. */
  readonly people: { grants(person: string): Promise<Principal['grants']> };
  readonly accessLog: {
    record(principal: Principal, what: string, pupils: Iterable<string>): Promise<void>;
  };
  /** Finds the pupils who are left out of research, and their journeys. */
  readonly leftOut: { records(): Promise<ReadonlySet<string>> };
  /** The log without personal data. */
  readonly redactedRecords: { readonly events: EventStore };
  reachFor(principal: Principal, action: string): Reach;
  scopesOf(module: string, id: string): Promise<readonly Scope[]>;
  /** The current time: UTC, milliseconds. */
  now(): string;
}

/** Runs an export. An interrupted export starts again from the beginning. */
export const exportJob = (service: Exporting): WorkHandler => ({
  kind: EXPORT,
  attempts: 8,
  backoff: 1_000,
  concurrency: 2,
  run: async (
    { kind, parameters, actor }: ExportRequest,
    { id, signal, progress },
  ): Promise<ExportResult> => {
    const { exports, people, accessLog } = service;
    // The reach is that of the roles held now: they may have changed since the request.
    const principal = { id: actor, grants: await people.grants(actor) };
    const shown = new Set<string>();
    const sources = await exportSources(service, principal, (person) => void shown.add(person));
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

/**
 * What an export for a principal is made from. An export is used outside the service, so for every role it leaves out
 * the pupils who are left out of research, from rows and from sums.
 */
export async function exportSources(
  service: Exporting,
  principal: Principal,
  onShown: (person: string) => void,
): Promise<ExportSources> {
  const { rows, submitter, published, disclosure, redactedRecords } = service;
  const reach = service.reachFor(principal, 'RequestExport');
  return {
    ...{ events: redactedRecords.events, rows, submitter, published, disclosure, onShown },
    reach: reach.without(await service.leftOut.records(), {}),
    scopesOf: (module, id) => service.scopesOf(module, id),
    kept: (_, work) => work(rows),
  };
}
