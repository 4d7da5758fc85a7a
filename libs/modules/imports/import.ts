import { isDeepStrictEqual } from 'node:util';
import { type Instant, uuidId } from '@waymark/core/fields';
import type { ImportedFile, RowWarning } from '@waymark/core/imports';
import { defineModule, event, refuse, slices } from '@waymark/core/kernel';

/**
 * Rows that follow on each other and fared alike: first and last row (1 for the first after the header), and
 * `accepted`, `repeated`, or the code of the reason why they were rejected.
 */
export type OutcomeRun = readonly [from: number, to: number, outcome: string];

/** Something that an import did besides taking rows: eligibility assessed, mentors allocated. */
export interface FollowUps {
  readonly assessed: number;
  readonly eligible: number;
  readonly allocated: number;
  /** Why pupils who were eligible and had consent got no mentor: by code, how many. */
  readonly notAllocated: Readonly<Record<string, number>>;
}

export interface ImportEvents {
  /** Files were brought in; their rows are being taken. */
  ImportStarted: { readonly files: readonly ImportedFile[]; readonly at: Instant };
  /** The next rows of a file were taken or rejected: one outcome for every row. */
  RowsImported: {
    readonly file: number;
    readonly outcomes: readonly OutcomeRun[];
    readonly warnings: readonly RowWarning[];
    /** Sessions without a mark among the rows accepted, in a register. */
    readonly noMark: number;
  };
  /** Every row of a file has its outcome. */
  FileImported: { readonly file: number; readonly rows: number };
  /** Eligibility was assessed, and pupils were given mentors, after the registers were in. */
  ImportFollowedUp: FollowUps;
  /** Every file is done. */
  ImportFinished: { readonly at: Instant };
}

/** Begin an import. */
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

/** Record that a file has been read to its end. */
export class FinishFile {
  file!: number;
}

/** Record what followed from the registers. */
export class RecordFollowUps {
  followUps!: FollowUps;
}

/** Record that every file is done. */
export class FinishImport {}

export interface ImportState {
  readonly files: readonly ImportedFile[];
  /** For each file, rows that have their outcome. */
  readonly rows: readonly number[];
  readonly done: readonly boolean[];
  /** What followed from the registers, once that is done. */
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
        return refuse('IMPORT_OF_OTHER_FILES', 'The import with this id is of other files. Use a new id.');
      },
      { by: 'service', creates: true },
    ),
    RecordRows: on(
      RecordRows,
      ({ file, outcomes, warnings, noMark }, { rows, finished }, { today }) => {
        const first = outcomes[0]?.[0];
        if (finished || first !== (rows[file] ?? 0) + 1) {
          refuse('IMPORT_ELSEWHERE', 'Another process goes on with this import.');
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
        return refuse('IMPORT_ELSEWHERE', 'Another process goes on with this import.');
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

/** What came in files, and what became of every row. */
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
