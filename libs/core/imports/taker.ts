import { derivedId, type Submitter } from '@waymark/core/commands';
import { sideBySide } from '@waymark/core/concurrency';
import { check } from '@waymark/core/fields';
import {
  type CommandClass,
  type ControlStore,
  type EventStore,
  Refusal,
  type RowReader,
} from '@waymark/core/kernel';
import type { RowWarning } from './outcomes';
import type { TableRow } from './table';

/** What an import works with. */
export interface Workshop {
  readonly events: EventStore;
  readonly rows: RowReader;
  readonly control: ControlStore;
  readonly submitter: Submitter;
  /** Until every view and policy has seen all that the log holds now. */
  settle(): Promise<void>;
}

/** What became of some rows: an outcome for each, in their order. */
export interface Taken {
  readonly outcomes: readonly string[];
  readonly warnings: readonly RowWarning[];
  /** Sessions without a mark among the accepted rows of a register. */
  readonly noMark: number;
}

/**
 * Takes the rows of one file, some at a time. Taking rows again that were taken before gives the same outcomes, but
 * for a row that was refused and that later rows of the same pupil have since made possible.
 */
export interface Taker {
  readonly chunk: number;
  take(rows: readonly TableRow[]): Promise<Taken>;
}

/** Why a row was rejected: a stable code. */
export class Rejection extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = 'Rejection';
  }
}

/** A command of a row: what it is for, and what it says. */
export type Step = readonly [module: string, id: string, type: CommandClass, body: object];

/** Sends the commands that a row stands for; each has an id of its own, so that it has one effect. */
export class RowCommands {
  private recorded = false;

  constructor(
    private readonly submitter: Submitter,
    private readonly importId: string,
    private readonly actor: string,
    private readonly place: string,
  ) {}

  async send(...step: Step): Promise<void> {
    await this.sendAll([step]);
  }

  /** Send commands one after the other; none at all, where one of them is wrong in itself. */
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
      actor: this.actor,
      commandId: derivedId(this.importId, this.place, String(index)),
      correlation: this.importId,
    });
    if (answer.events.length > 0) this.recorded = true;
  }

  /** An id for something that the row brings into being; the same, should the row be taken again. */
  newId(label: string): string {
    return derivedId(this.importId, this.place, label);
  }

  /** What became of the row. */
  outcome(): 'accepted' | 'repeated' {
    return this.recorded ? 'accepted' : 'repeated';
  }
}

type TakeRow = (
  cells: readonly string[],
  row: number,
  warn: (warning: string) => void,
) => Promise<'accepted' | 'repeated'>;

/**
 * Take rows by the commands that each stands for; a refused command rejects the row with the refusal's code.
 * Rows that are about the same, as `about` knows by their first cell, are taken one after the other, others side by side.
 */
export const rowByRowOf =
  (about: (first: string) => Promise<string>, take: TakeRow) =>
  async (rows: readonly TableRow[]): Promise<Taken> => {
    const outcomes = new Array<string>(rows.length).fill('');
    const warnings: RowWarning[] = [];
    const takeOne = async (index: number, { row, cells }: TableRow): Promise<void> => {
      const found: RowWarning[] = [];
      try {
        if (!cells) throw new Rejection('WRONG_COLUMNS');
        outcomes[index] = await take(cells, row, (warning) => found.push([row, warning]));
        warnings.push(...found);
      } catch (error) {
        if (!(error instanceof Rejection || error instanceof Refusal)) throw error;
        outcomes[index] = error.code;
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
      for (const [index, row] of lane) await takeOne(index, row);
    });
    return { outcomes, warnings: warnings.sort(([a], [b]) => a - b), noMark: 0 };
  };

/** The same, where rows are about the same whose first cells are. */
export const rowByRow = (take: TakeRow) => rowByRowOf((first) => Promise.resolve(first), take);
