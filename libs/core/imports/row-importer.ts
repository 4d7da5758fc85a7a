import type { Submitter } from '@waymark/core/commands';
import { sideBySide } from '@waymark/core/concurrency';
import { check } from '@waymark/core/fields';
import {
  type CommandClass,
  type ControlStore,
  type EventStore,
  type Lookup,
  Refusal,
  type RowReader,
  StreamDamaged,
} from '@waymark/core/kernel';
import type { RowWarning } from './outcomes';
import type { Sender } from './sender';
import type { TableRow } from './table';

/** The services that an import uses. */
export interface ImportServices {
  readonly events: EventStore;
  readonly rows: RowReader;
  readonly control: ControlStore;
  readonly submitter: Submitter;
  readonly look: Lookup;
  /** The current time: UTC, milliseconds. */
  now(): string;
  /** The rights of the person with this id. */
  sender(actor: string): Sender;
  /** Wait until all views and policies have processed everything currently in the log. */
  settle(): Promise<void>;
}

/** What the importer of a file with rows about pupils needs besides the services. */
export interface RowSending {
  readonly sending: Sending;
  /** The programme of the rows. */
  readonly programme: () => Promise<string>;
  readonly commandsFor: (row: number) => RowCommands;
}

/** The outcome of each row, in order. */
export interface RowOutcomes {
  readonly outcomes: readonly string[];
  readonly warnings: readonly RowWarning[];
  /** Number of sessions without a mark in the accepted rows of a register. */
  readonly noMark: number;
}

/**
 * Imports the rows of one file in chunks. Importing rows again gives the same outcomes, except for a refused
 * row that later rows of the same pupil have made valid.
 */
export interface RowImporter {
  readonly chunk: number;
  importRows(rows: readonly TableRow[]): Promise<RowOutcomes>;
}

/** A row was rejected, with a stable code. */
export class Rejection extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = 'Rejection';
  }
}

/** A command derived from a row: its target, class and body. */
export type Step = readonly [module: string, id: string, type: CommandClass, body: object];

/** An import and the person who sends it. */
export interface Sending {
  readonly importId: string;
  readonly actor: string;
  readonly sender: Sender;
}

/**
 * Submits the commands derived from a row. Each has a deterministic id, so that a repeated row has no further
 * effect.
 */
export class RowCommands {
  private recorded = false;

  constructor(
    private readonly submitter: Submitter,
    private readonly sending: Sending,
    private readonly place: string,
  ) {}

  async send(...step: Step): Promise<void> {
    await this.sendAll([step]);
  }

  /** Submit commands one after the other; none of them if the body of any is invalid. */
  async sendAll(steps: readonly Step[]): Promise<void> {
    const commands = steps.map(([, , type, body]) => {
      const { command, errors } = check(type, body);
      if (errors[0]) throw new Rejection(errors[0].code);
      return command;
    });
    for (const [index, command] of commands.entries()) await this.submit(steps[index]!, index, command);
  }

  private async submit([module, id]: Step, index: number, command: object): Promise<void> {
    const answer = await this.submitter.submit({
      module,
      id,
      command,
      actor: this.sending.actor,
      permit: this.sending.sender.permit,
      derivedFrom: [this.sending.importId, this.place, String(index)],
      correlation: this.sending.importId,
      importId: this.sending.importId,
    });
    if (answer.events.length > 0) this.recorded = true;
  }

  /**
   * The id of something that the row creates; the same if the row is imported again. `known` is the id of such a thing that
   * may be recorded already: it is kept if an earlier release derived it from this row.
   */
  newId(label: string, known?: string): string {
    return this.submitter.ids.recorded((id) => id === known, this.sending.importId, this.place, label);
  }

  /** The outcome of the row. */
  outcome(): 'accepted' | 'repeated' {
    return this.recorded ? 'accepted' : 'repeated';
  }
}

/** Errors that reject a row with their code. */
const REJECTING = [Rejection, Refusal, StreamDamaged];

type ImportRow = (
  cells: readonly string[],
  row: number,
  warn: (warning: string) => void,
) => Promise<'accepted' | 'repeated'>;

/**
 * Import rows by submitting the commands that each stands for. A refused command rejects the row with the
 * refusal's code. `about` maps the first cell to the thing that a row concerns: rows with the same thing are
 * imported in order, others concurrently.
 */
export const rowByRowOf =
  (about: (first: string) => Promise<string>, importRow: ImportRow) =>
  async (rows: readonly TableRow[]): Promise<RowOutcomes> => {
    const outcomes = new Array<string>(rows.length).fill('');
    const warnings: RowWarning[] = [];
    const importOne = async (index: number, { row, cells }: TableRow): Promise<void> => {
      const found: RowWarning[] = [];
      try {
        if (!cells) throw new Rejection('WRONG_COLUMNS');
        outcomes[index] = await importRow(cells, row, (warning) => found.push([row, warning]));
        warnings.push(...found);
      } catch (error) {
        if (!REJECTING.some((kind) => error instanceof kind)) throw error;
        outcomes[index] = (error as Rejection).code;
      }
    };
    const lanes = new Map<string, (readonly [number, TableRow])[]>();
    for (const [index, row] of rows.entries()) {
      const name = await about(row.cells?.[0] ?? '');
      const lane = lanes.get(name);
      if (lane) lane.push([index, row]);
      else lanes.set(name, [[index, row]]);
    }
    await sideBySide(lanes.values(), async (lane) => {
      for (const [index, row] of lane) await importOne(index, row);
    });
    return { outcomes, warnings: warnings.sort(([a], [b]) => a - b), noMark: 0 };
  };

/** The same, with rows grouped by their first cell. */
export const rowByRow = (importRow: ImportRow) => rowByRowOf((first) => Promise.resolve(first), importRow);
