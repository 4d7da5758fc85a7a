import { isDeepStrictEqual } from 'node:util';
import { type Instant, uuidId } from '@waymark/core/fields';
import type { ImportedFile, RowWarning } from '@waymark/core/imports';
import { defineModule, event, refuse, slices } from '@waymark/core/kernel';

/**
 * Consecutive rows with the same outcome: first and last row (1 is the first after the header), and `accepted`,
 * `repeated`, or the code of the reason for rejection.
 */
export type OutcomeRun = readonly [from: number, to: number, outcome: string];

/** The results of the steps after the registers: counts of assessments and allocations. */
export interface FollowUps {
  readonly assessed: number;
  readonly eligible: number;
  readonly allocated: number;
  /** Number of eligible pupils with consent who got no mentor, by the code of the reason. */
  readonly notAllocated: Readonly<Record<string, number>>;
}

export interface ImportEvents {
  /** An import of files started. */
  ImportStarted: { readonly files: readonly ImportedFile[]; readonly at: Instant };
  /** The next rows of a file were processed, each with an outcome. */
  RowsImported: {
    readonly file: number;
    readonly outcomes: readonly OutcomeRun[];
    readonly warnings: readonly RowWarning[];
    /** Register sessions without a mark among the accepted rows. */
    readonly noMark: number;
  };
  /** Every row of a file has an outcome. */
  FileImported: { readonly file: number; readonly rows: number };
  /** Eligibility was assessed and mentors were allocated after the registers of an import. */
  ImportFollowedUp: FollowUps;
  /** Every file of an import is done. */
  ImportFinished: { readonly at: Instant };
}

/** Start an import. */
export class StartImport {
  files!: readonly ImportedFile[];
}

/** Record the outcome of the next rows of a file. */
export class RecordRows {
  file!: number;
  outcomes!: readonly OutcomeRun[];
  warnings!: readonly RowWarning[];
  noMark!: number;
}

/** Record that every row of a file has an outcome. */
export class FinishFile {
  file!: number;
}

/** Record the results of the steps after the registers. */
export class RecordFollowUps {
  followUps!: FollowUps;
}

/** Record that every file of an import is done. */
export class FinishImport {}

export interface ImportState {
  readonly files: readonly ImportedFile[];
  /** Number of rows with an outcome, for each file. */
  readonly rows: readonly number[];
  readonly done: readonly boolean[];
  /** The results of the steps after the registers, once they are done. */
  readonly followUps?: FollowUps;
  readonly finished: boolean;
}

const { on, slice } = slices<ImportState>();

const course = slice<ImportEvents>({
  decide: {
    StartImport: on(
      StartImport,
      ({ files }, { files: known }, { now, today }) => {
        if (known.length === 0) return [event('ImportStarted', today, { files, at: now })];
        if (isDeepStrictEqual(known, files)) return [];
        return refuse('IMPORT_OF_OTHER_FILES', 'The import with this id has different files. Use a new id.');
      },
      { by: 'service', creates: true },
    ),
    RecordRows: on(
      RecordRows,
      ({ file, outcomes, warnings, noMark }, { rows, finished }, { today }) => {
        const first = outcomes[0]?.[0];
        if (finished || first !== (rows[file] ?? 0) + 1) {
          refuse('IMPORT_ELSEWHERE', 'Another process is running this import. Wait until it is finished.');
        }
        return [event('RowsImported', today, { file, outcomes, warnings, noMark })];
      },
      { by: 'service' },
    ),
    FinishFile: on(
      FinishFile,
      ({ file }, { rows, done }, { today }) =>
        done[file] ? [] : [event('FileImported', today, { file, rows: rows[file] ?? 0 })],
      { by: 'service' },
    ),
    RecordFollowUps: on(
      RecordFollowUps,
      ({ followUps }, { followUps: known }, { today }) => {
        if (!known) return [event('ImportFollowedUp', today, followUps)];
        if (isDeepStrictEqual(known, followUps)) return [];
        return refuse(
          'IMPORT_ELSEWHERE',
          'Another process is running this import. Wait until it is finished.',
        );
      },
      { by: 'service' },
    ),
    FinishImport: on(
      FinishImport,
      (_, { finished }, { now, today }) => (finished ? [] : [event('ImportFinished', today, { at: now })]),
      { by: 'service' },
    ),
  },
  evolve: {
    ImportStarted: (state, { files }) => ({
      ...state,
      files,
      rows: files.map(() => 0),
      done: files.map(() => false),
    }),
    RowsImported: (state, { file, outcomes }) => ({
      ...state,
      rows: state.rows.with(file, outcomes.at(-1)?.[1] ?? 0),
    }),
    FileImported: (state, { file }) => ({ ...state, done: state.done.with(file, true) }),
    ImportFollowedUp: (state, followUps) => ({ ...state, followUps }),
    ImportFinished: (state) => ({ ...state, finished: true }),
  },
});

/** Imports: their files, and the outcome of every row. */
export const imports = defineModule(
  {
    name: 'import',
    plural: 'imports',
    id: uuidId,
    initial: { files: [], rows: [], done: [], finished: false } as ImportState,
    facts: (state: ImportState) => (state.files.length > 0 ? state : undefined),
  },
  [course],
);
