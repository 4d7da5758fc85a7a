import { type TObject, Type } from '@sinclair/typebox';
import { fileKinds, isKeyedHash, type RowWarning } from '@waymark/core/imports';
import {
  type EventStore,
  type RecordedEvent,
  type RowReader,
  type View,
  viewsOf,
} from '@waymark/core/kernel';
import { every, one } from '@waymark/core/projections';
import { type Answer, count, counts, moment, object, oneOf, text } from '@waymark/core/questions';
import type { ImportEvents, OutcomeRun } from '../import';

export const fileKind = oneOf(fileKinds, { $id: 'FileKind' });

const fileReport = object(
  {
    name: text(),
    kind: fileKind,
    sha256: Type.Optional(
      text('Keyed hash of the content, which identifies it within this service. Absent for older imports.'),
    ),
    bytes: count(),
    encoding: text(),
    rows: count(),
    accepted: count(),
    repeated: count(),
    rejected: count(),
    rejectedBy: counts('Number of rejected rows, by the code of the reason.'),
    warnings: count(),
    warningsBy: counts('Number of warnings, by code.'),
    noMark: count('Register sessions without a mark among the accepted rows.'),
    done: Type.Boolean({ description: 'Every row of the file has an outcome.' }),
  },
  { $id: 'FileReport', description: 'The number of rows of a file by outcome.' },
);

export type FileReport = Answer<typeof fileReport>;

/** The fields of every import report. */
export const importReportFields = {
  state: oneOf(['running', 'finished']),
  startedAt: moment(),
  finishedAt: Type.Optional(moment()),
  startedBy: text(),
  files: Type.Array(fileReport),
  followUps: Type.Optional(
    object(
      {
        assessed: count(),
        eligible: count(),
        allocated: count(),
        notAllocated: counts('Eligible pupils with consent who got no mentor, by the code of the reason.'),
      },
      {
        $id: 'FollowUps',
        description:
          'Counts of eligibility assessments and mentor allocations after the registers were imported.',
      },
    ),
  ),
};

export type ImportReport = Answer<TObject<typeof importReportFields>>;

const importsView = (version: number, former?: View<ImportReport>['former']): View<ImportReport> =>
  viewsOf<ImportEvents>()<ImportReport>({
    name: 'imports',
    version,
    indexes: ['state'],
    on: {
      ImportStarted: (_, { data: { files, at }, metadata: { actor } }) => ({
        state: 'running',
        startedAt: at,
        startedBy: actor,
        files: files.map((file) => ({
          ...withoutPlainHash(file),
          rows: 0,
          accepted: 0,
          repeated: 0,
          rejected: 0,
          rejectedBy: {},
          warnings: 0,
          warningsBy: {},
          noMark: 0,
          done: false,
        })),
      }),
      RowsImported: (report, { data: { file, outcomes, warnings, noMark } }) =>
        withFile(report, file, (known) => ({
          ...outcomes.reduce(counted, known),
          warnings: known.warnings + warnings.length,
          warningsBy: warnings.reduce((by, [, warning]) => plus(by, warning, 1), known.warningsBy),
          noMark: known.noMark + noMark,
        })),
      FileImported: (report, { data: { file } }) =>
        withFile(report, file, (known) => ({ ...known, done: true })),
      ImportFollowedUp: (report, { data }) => report && { ...report, followUps: data },
      ImportFinished: (report, { data: { at } }) =>
        report && { ...report, state: 'finished', finishedAt: at },
    },
    ...(former && { former }),
  });

/** A file without the plain hash that earlier releases recorded: that of a short file confirms a guess of its content. */
function withoutPlainHash<File extends { readonly sha256?: string }>(file: File): Omit<File, 'sha256'> {
  const { sha256, ...rest } = file;
  return sha256 !== undefined && isKeyedHash(sha256) ? file : rest;
}

/** Converts a row of version 1, which may contain plain hashes. */
const withoutPlainHashes = (row: object): ImportReport => {
  const report = row as ImportReport;
  return { ...report, files: report.files.map(withoutPlainHash) };
};

/** Imports by id, with the number of rows by outcome. */
export const importReports = importsView(2, [{ view: importsView(1) as View, read: withoutPlainHashes }]);

const withFile = (report: ImportReport | null, file: number, change: (known: FileReport) => FileReport) =>
  report && {
    ...report,
    files: report.files.map((known, index) => (index === file ? change(known) : known)),
  };

function counted(report: FileReport, [from, to, outcome]: OutcomeRun): FileReport {
  const rows = to - from + 1;
  const more = { ...report, rows: report.rows + rows };
  if (outcome === 'accepted') return { ...more, accepted: more.accepted + rows };
  if (outcome === 'repeated') return { ...more, repeated: more.repeated + rows };
  return { ...more, rejected: more.rejected + rows, rejectedBy: plus(more.rejectedBy, outcome, rows) };
}

const plus = (
  by: Readonly<Record<string, number>>,
  name: string,
  count: number,
): Readonly<Record<string, number>> => ({
  ...by,
  [name]: (by[name] ?? 0) + count,
});

/** The rows of a register file, with its corrections. */
export const registerReport = object(
  {
    rows: count(),
    accepted: count(),
    repeated: count(),
    rejected: count(),
    rejectedBy: counts('Number of rejected rows, by the code of the reason.'),
    noMark: count('Register sessions without a mark among the accepted rows.'),
    corrections: count('Accepted rows of the corrections file.'),
  },
  { $id: 'RegisterReport' },
);

export type RegisterReport = Answer<typeof registerReport>;

const CORRECTIONS = '-corrections';

/** Registers by file name. `blackpool.csv` and `blackpool-corrections.csv` are combined under `blackpool`. */
export function registersOf({ files }: ImportReport): Record<string, RegisterReport> {
  // A map, because a file may have the name of an inherited object property.
  const registers = new Map<string, RegisterReport>();
  for (const file of files) {
    if (file.kind !== 'registers') continue;
    const name = file.name.replace(/\.csv$/i, '');
    const of = name.endsWith(CORRECTIONS) ? name.slice(0, -CORRECTIONS.length) : name;
    const known = registers.get(of) ?? noRegister;
    registers.set(
      of,
      of === name
        ? { ...merged(known, file), corrections: known.corrections }
        : { ...known, corrections: known.corrections + file.accepted },
    );
  }
  return Object.fromEntries(registers);
}

const noRegister: RegisterReport = {
  rows: 0,
  accepted: 0,
  repeated: 0,
  rejected: 0,
  rejectedBy: {},
  noMark: 0,
  corrections: 0,
};

const merged = (a: RegisterReport, b: FileReport): Omit<RegisterReport, 'corrections'> => ({
  rows: a.rows + b.rows,
  accepted: a.accepted + b.accepted,
  repeated: a.repeated + b.repeated,
  rejected: a.rejected + b.rejected,
  rejectedBy: Object.entries(b.rejectedBy).reduce((by, [code, rows]) => plus(by, code, rows), a.rejectedBy),
  noMark: a.noMark + b.noMark,
});

export const importReport = (rows: RowReader, id: string): Promise<ImportReport | undefined> =>
  one(rows, importReports, id);

/** All imports, the latest first. */
export async function allImports(rows: RowReader): Promise<(ImportReport & { readonly id: string })[]> {
  const found: (ImportReport & { readonly id: string })[] = [];
  for await (const { key, row } of every(rows, importReports)) found.push({ id: key, ...row });
  return found.sort((a, b) =>
    a.startedAt === b.startedAt ? (a.id < b.id ? 1 : -1) : a.startedAt < b.startedAt ? 1 : -1,
  );
}

/** Consecutive rows of a file with the same outcome, as the import recorded them. */
export const rowsOutcome = object(
  {
    file: text("The file's name."),
    from: count('The first row: 1 is the first after the header.'),
    to: count('The last row.'),
    outcome: text('`accepted`, `repeated`, or the code of a reason or a warning.'),
  },
  { $id: 'RowsOutcome' },
);

export type RowsOutcome = Answer<typeof rowsOutcome>;

/** The outcome of every row of an import, read from its stream. A warning is an item of its own. */
export const rowOutcomes = async (events: EventStore, id: string): Promise<RowsOutcome[]> =>
  outcomesIn(await events.readStream(`import-${id}`));

/** The outcome of every row, from the events of an import. */
export function outcomesIn(history: readonly RecordedEvent[]): RowsOutcome[] {
  const outcomes: RowsOutcome[] = [];
  let files: readonly string[] = [];
  for (const { type, data } of history) {
    if (type === 'ImportStarted')
      files = (data as ImportEvents['ImportStarted']).files.map(({ name }) => name);
    if (type !== 'RowsImported') continue;
    const {
      file,
      outcomes: runs,
      warnings,
    } = data as {
      file: number;
      outcomes: readonly OutcomeRun[];
      warnings: readonly RowWarning[];
    };
    const name = files[file] ?? '';
    outcomes.push(...runs.map(([from, to, outcome]) => ({ file: name, from, to, outcome })));
    outcomes.push(
      ...warnings.map(([row, warning]) => ({ file: name, from: row, to: row, outcome: warning })),
    );
  }
  return outcomes;
}
