import { type Answer, derivedId } from '@waymark/core/commands';
import {
  columns,
  type ImportedFile,
  withImportLease,
  People,
  readTable,
  RowCommands,
  type SourceFile,
  type TableRow,
  type Taken,
  type Taker,
  type ImportServices,
} from '@waymark/core/imports';
import { type Position, Refusal } from '@waymark/core/kernel';
import { byKey, every } from '@waymark/core/projections';
import { RegisterTaker } from '@waymark/modules/attendance/imports/registers';
import { referralTaker } from '@waymark/modules/journey/imports/referrals';
import { firstSessions, sessionTaker } from '@waymark/modules/journey/imports/sessions';
import { mentorTaker } from '@waymark/modules/mentor/imports/mentors';
import { ProgrammeTaker } from '@waymark/modules/programme/imports/programme';
import { programmes } from '@waymark/modules/programme/views/programmes';
import { schoolTaker } from '@waymark/modules/school/imports/schools';
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

/** How far an import is. */
export interface Progress {
  readonly file: string;
  readonly rows: number;
  /** Rows of all files, about. */
  readonly done: number;
  readonly total: number;
}

export interface ImportOptions {
  readonly actor: string;
  /** Registers write two-character codes as one character, as some suppliers do. */
  readonly aliases?: boolean;
  /** Told after each chunk, and waited for. */
  readonly onProgress?: (progress: Progress) => Promise<void> | void;
  /** Where it is aborted, the import ends after the chunk at hand, and can go on later. */
  readonly signal?: AbortSignal;
}

/**
 * Brings files in. What was done stands in the import's own stream, chunk by chunk; an import that was killed goes
 * on after the last chunk recorded, and takes again what that chunk had begun, with the same commands and so with
 * the same effect.
 */
export class Importer {
  private readonly people: People;
  private programmeTaker: ProgrammeTaker | undefined;
  private programmeId: Promise<string> | undefined;

  constructor(
    private readonly workshop: ImportServices,
    private readonly id: string,
    private readonly files: readonly SourceFile[],
    private readonly options: ImportOptions,
  ) {
    this.people = new People(workshop.submitter);
  }

  /** Record that the import begins: from then on it can be asked about. Done already, it changes nothing. */
  start(): Promise<Answer> {
    return this.record(Object.assign(new StartImport(), { files: this.files.map(asImported) }), 'start');
  }

  /** Take every file, once no other import is under way. */
  async run(): Promise<void> {
    await this.start();
    const { signal = new AbortController().signal } = this.options;
    await withImportLease(this.workshop.control, this.id, { signal }, async (going) => {
      for (const [index, file] of this.files.entries()) {
        if (file.kind === 'sessions') await this.followUp(going);
        await this.importFile(index, file, going);
      }
      await this.followUp(going);
      await this.record(new FinishImport(), 'finish');
    });
  }

  private async importFile(index: number, file: SourceFile, signal: AbortSignal): Promise<void> {
    const taker = this.takerOf(index, file);
    const state = await this.state();
    if (state.done[index]) return;
    const before = state.rows[index] ?? 0;
    for await (const chunk of rowsOf(file, taker.chunk, before)) {
      signal.throwIfAborted();
      await this.recordRows(index, chunk, await taker.take(chunk));
      await this.report(index, file, chunk.at(-1)!.row);
    }
    signal.throwIfAborted();
    await this.record(Object.assign(new FinishFile(), { file: index }), `file ${String(index)}`);
  }

  private takerOf(index: number, file: SourceFile): Taker {
    const { workshop, people, options, id: importId } = this;
    const commandsFor = (row: number): RowCommands =>
      new RowCommands(workshop.submitter, importId, options.actor, `${String(index)}:${String(row)}`);
    const programme = (): Promise<string> => this.programme();
    switch (file.kind) {
      case 'programme':
        return (this.programmeTaker = new ProgrammeTaker(file, commandsFor));
      case 'schools':
        return schoolTaker(commandsFor);
      case 'mentors':
        return mentorTaker(commandsFor, programme);
      case 'referrals':
        return referralTaker(workshop, people, programme, commandsFor);
      case 'registers':
        return new RegisterTaker(workshop, people, {
          importId,
          file: index,
          actor: options.actor,
          aliases: options.aliases ?? false,
        });
      case 'sessions':
        return sessionTaker(workshop, people, programme, commandsFor);
    }
  }

  /** The programme that rows belong to: the one of this import, or the only one there is. */
  private programme(): Promise<string> {
    return (this.programmeId ??= this.whichProgramme());
  }

  private async whichProgramme(): Promise<string> {
    if (this.programmeTaker) return this.programmeTaker.idInFile();
    await this.workshop.settle();
    const [only, ...others] = (await byKey(this.workshop.rows, programmes)).keys();
    if (only === undefined || others.length > 0) {
      throw new Refusal(
        'WHICH_PROGRAMME',
        'Import the programme’s own file too, so that it is known which one this is.',
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
    const followUps = await new FollowUp(this.workshop, {
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
    { outcomes, warnings, noMark }: Taken,
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
    return this.workshop.submitter.submit({
      module: 'import',
      id: this.id,
      command,
      actor: this.options.actor,
      commandId: derivedId(this.id, step),
      correlation: this.id,
    });
  }

  /** How far the import is by its own stream, and where the last event of that stands. */
  private async state(): Promise<ImportState & { readonly position: Position }> {
    const { state, position } = await this.workshop.submitter.load('import', this.id);
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

/** The import of the same files that was begun and not finished, if there is one. */
export async function unfinishedImport(
  workshop: ImportServices,
  files: readonly SourceFile[],
): Promise<string | undefined> {
  await workshop.settle();
  const wanted = namesAndHashes(files);
  for await (const { key, row } of every(workshop.rows, importReports, { state: 'running' })) {
    if (namesAndHashes(row.files) === wanted) return key;
  }
  return undefined;
}

const namesAndHashes = (files: readonly Pick<ImportedFile, 'name' | 'sha256'>[]): string =>
  JSON.stringify(files.map(({ name, sha256 }) => [name, sha256]));

const asImported = ({ name, kind, sha256, bytes, encoding }: SourceFile): ImportedFile => ({
  name,
  kind,
  sha256,
  bytes,
  encoding,
});

/** A JSON file is one row, which its taker reads itself. */
const rowsOf = (
  file: SourceFile,
  size: number,
  after: number,
): AsyncIterable<TableRow[]> | Iterable<TableRow[]> => {
  if (file.kind !== 'programme') return readTable(file, columns[file.kind], size, after);
  return after === 0 ? [[{ row: 1, cells: [] }]] : [];
};

/** Neighbouring rows with one outcome, told once. */
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
