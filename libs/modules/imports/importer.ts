import type { Answer } from '@waymark/core/commands';
import {
  areRecorded,
  columns,
  recordedFile,
  withImportLease,
  People,
  readTable,
  RowCommands,
  type SourceFile,
  type TableRow,
  type RowOutcomes,
  type RowImporter,
  type ImportServices,
} from '@waymark/core/imports';
import { type Position, Refusal } from '@waymark/core/kernel';
import { byKey, every } from '@waymark/core/projections';
import { RegisterImporter } from '@waymark/modules/attendance/imports/registers';
import { referralImporter } from '@waymark/modules/journey/imports/referrals';
import { firstSessions, sessionImporter } from '@waymark/modules/journey/imports/sessions';
import { mentorImporter } from '@waymark/modules/mentor/imports/mentors';
import { ProgrammeImporter } from '@waymark/modules/programme/imports/programme';
import { programmes } from '@waymark/modules/programme/views/programmes';
import { schoolImporter } from '@waymark/modules/school/imports/schools';
import { FollowUp } from './follow-up';
import {
  FinishFile,
  FinishImport,
  type ImportState,
  type OutcomeRun,
  RecordFollowUps,
  RecordRows,
  StartImport,
} from './import';
import { importReports } from './views/import-reports';

/** Progress of an import. */
export interface Progress {
  readonly file: string;
  readonly rows: number;
  /** Approximate number of rows processed in all files, and in total. */
  readonly done: number;
  readonly total: number;
}

export interface ImportOptions {
  readonly actor: string;
  /** Registers write two-character codes as one character, as some suppliers do. */
  readonly aliases?: boolean;
  /** Called after each chunk; the import waits for it. */
  readonly onProgress?: (progress: Progress) => Promise<void> | void;
  /** Once it is aborted, the import stops after the current chunk. It can continue later. */
  readonly signal?: AbortSignal;
}

/**
 * Imports files. Progress is recorded in the import's own stream, chunk by chunk. After a crash, the import continues
 * after the last recorded chunk. It repeats the interrupted chunk with the same command ids, so that no command takes
 * effect twice.
 */
export class Importer {
  private readonly people: People;
  private programmeImporter: ProgrammeImporter | undefined;
  private programmeId: Promise<string> | undefined;

  constructor(
    private readonly services: ImportServices,
    private readonly id: string,
    private readonly files: readonly SourceFile[],
    private readonly options: ImportOptions,
  ) {
    this.people = new People(services.submitter);
  }

  /** Record the start of the import, so that it can be queried. Has no effect if it has started already. */
  async start(): Promise<Answer> {
    const { ids } = this.services.submitter;
    const { files: known } = await this.state();
    const files = areRecorded(ids, known, this.files)
      ? known
      : this.files.map((file) => recordedFile(ids, file));
    return this.record(Object.assign(new StartImport(), { files }), 'start');
  }

  /** Import every file, after waiting until no other import is running. */
  async run(): Promise<void> {
    await this.start();
    const { signal = new AbortController().signal } = this.options;
    await withImportLease(this.services.control, this.id, { signal }, async (going) => {
      for (const [index, file] of this.files.entries()) {
        if (file.kind === 'sessions') await this.followUp(going);
        await this.importFile(index, file, going);
      }
      await this.followUp(going);
      await this.record(new FinishImport(), 'finish');
    });
  }

  private async importFile(index: number, file: SourceFile, signal: AbortSignal): Promise<void> {
    const importer = this.importerOf(index, file);
    const state = await this.state();
    if (state.done[index]) return;
    const before = state.rows[index] ?? 0;
    for await (const chunk of rowsOf(file, importer.chunk, before)) {
      signal.throwIfAborted();
      await this.recordRows(index, chunk, await importer.importRows(chunk));
      await this.report(index, file, chunk.at(-1)!.row);
    }
    signal.throwIfAborted();
    await this.record(Object.assign(new FinishFile(), { file: index }), `file ${String(index)}`);
  }

  private importerOf(index: number, file: SourceFile): RowImporter {
    const { services, people, options } = this;
    const { actor } = options;
    const sending = { importId: this.id, actor, sender: services.sender(actor) };
    const commandsFor = (row: number): RowCommands =>
      new RowCommands(services.submitter, sending, `${String(index)}:${String(row)}`);
    const programme = (): Promise<string> => this.programme();
    switch (file.kind) {
      case 'programme':
        return (this.programmeImporter = new ProgrammeImporter(file, commandsFor));
      case 'schools':
        return schoolImporter(commandsFor);
      case 'mentors':
        return mentorImporter(commandsFor, programme);
      case 'referrals':
        return referralImporter(services, people, { sending, programme, commandsFor });
      case 'registers':
        return new RegisterImporter(services, people, {
          ...sending,
          file: index,
          aliases: options.aliases ?? false,
        });
      case 'sessions':
        return sessionImporter(services, people, { sending, programme, commandsFor });
    }
  }

  /** The programme of the rows: the one in this import, or the only one that exists. */
  private programme(): Promise<string> {
    return (this.programmeId ??= this.whichProgramme());
  }

  private async whichProgramme(): Promise<string> {
    if (this.programmeImporter) return this.programmeImporter.idInFile();
    await this.services.settle();
    const [only, ...others] = (await byKey(this.services.rows, programmes)).keys();
    if (only === undefined || others.length > 0) {
      throw new Refusal(
        'WHICH_PROGRAMME',
        'It is not clear which programme the rows belong to. Import the programme’s own file too.',
        'invalid',
      );
    }
    return only;
  }

  private async followUp(signal: AbortSignal): Promise<void> {
    const { followUps: done, position } = await this.state();
    if (done) return;
    const sessions = await firstSessions(
      this.files.filter(({ kind }) => kind === 'sessions'),
      this.people,
    );
    const followUps = await new FollowUp(this.services, {
      importId: this.id,
      since: position,
      actor: this.options.actor,
      firstSessions: sessions,
      signal,
    }).run();
    await this.record(Object.assign(new RecordFollowUps(), { followUps }), 'follow up');
  }

  private async recordRows(
    file: number,
    rows: readonly TableRow[],
    { outcomes, warnings, noMark }: RowOutcomes,
  ): Promise<void> {
    const command = Object.assign(new RecordRows(), {
      file,
      outcomes: runs(rows, outcomes),
      warnings,
      noMark,
    });
    await this.record(command, `rows ${String(file)} ${String(rows[0]?.row)}`);
  }

  private record(command: object, step: string): Promise<Answer> {
    return this.services.submitter.submit({
      module: 'import',
      id: this.id,
      command,
      actor: this.options.actor,
      derivedFrom: [this.id, step],
      correlation: this.id,
    });
  }

  /** The import's state, and the position of its last event. */
  private async state(): Promise<ImportState & { readonly position: Position }> {
    const { state, position } = await this.services.submitter.load('import', this.id);
    return { ...(state as ImportState), position };
  }

  private async report(index: number, file: SourceFile, rows: number): Promise<void> {
    const sizes = this.files.map(({ lines }) => lines);
    const sum = (some: readonly number[]): number => some.reduce((all, lines) => all + lines, 0);
    await this.options.onProgress?.({
      file: file.name,
      rows,
      done: sum(sizes.slice(0, index)) + rows,
      total: sum(sizes),
    });
  }
}

/** The id of a running import of the same files; undefined if there is none. */
export async function unfinishedImport(
  services: ImportServices,
  files: readonly SourceFile[],
): Promise<string | undefined> {
  const { rows, submitter } = services;
  await services.settle();
  for await (const { key } of every(rows, importReports, { state: 'running' })) {
    const { files: known } = (await submitter.load('import', key)).state as ImportState;
    if (areRecorded(submitter.ids, known, files)) return key;
  }
  return undefined;
}

/** A JSON file counts as one row, which its importer reads itself. */
const rowsOf = (
  file: SourceFile,
  size: number,
  after: number,
): AsyncIterable<TableRow[]> | Iterable<TableRow[]> => {
  if (file.kind !== 'programme') return readTable(file, columns[file.kind], size, after);
  return after === 0 ? [[{ row: 1, cells: [] }]] : [];
};

/** Groups neighbouring rows with the same outcome. */
function runs(rows: readonly TableRow[], outcomes: readonly string[]): OutcomeRun[] {
  const found: [number, number, string][] = [];
  for (const [index, { row }] of rows.entries()) {
    const outcome = outcomes[index]!;
    const last = found.at(-1);
    if (last?.[2] === outcome) last[1] = row;
    else found.push([row, row, outcome]);
  }
  return found;
}
