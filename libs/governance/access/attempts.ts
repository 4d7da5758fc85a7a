import { Type } from '@sinclair/typebox';
import type { Instant } from '@waymark/core/fields';
import type { FileKind } from '@waymark/core/imports';
import { event, slices } from '@waymark/core/kernel';
import { type Answer, count, counts, moment, object, text, uuid } from '@waymark/core/questions';
import { fileKind } from '@waymark/modules/imports/views/import-reports';

/** What one person was shown, and tried, on one day. */
export interface Day {
  readonly entries: number;
  /** When claims of the person were refused, in order. */
  readonly refusedAt: readonly Instant[];
}

/** A claim that was refused. It names neither the value nor the record that holds it. */
interface Refused {
  /** Kind of the value, such as `upn`. */
  readonly kind: string;
  readonly command: string;
  /** The import, or dry run of one, that the command is a row of. */
  readonly import?: string;
}

/** A dry run of an import. Its report tells the sender how each row would be answered. */
interface DryRun {
  readonly import: string;
  readonly files: readonly FileKind[];
  readonly rows: number;
  /** Numbers of rejected rows by the code of the reason. */
  readonly rejected: Readonly<Record<string, number>>;
}

export interface AttemptEvents {
  /** A person was told that a value, such as a UPN, belongs to another record. */
  ClaimRefused: Refused & { readonly at: Instant };
  /** A person was shown the report of a dry run. */
  ImportTriedOut: DryRun & { readonly at: Instant };
}

/** Record that a claim of a person was refused. */
export class RecordRefusedClaim implements Refused {
  kind!: string;
  command!: string;
  import?: string;
}

/** Record that a person is shown the report of a dry run. */
export class RecordDryRun implements DryRun {
  import!: string;
  files!: readonly FileKind[];
  rows!: number;
  rejected!: Readonly<Record<string, number>>;
}

/** A refused claim in the access log. */
export const refusedClaimSchema = object(
  {
    at: moment(),
    person: text('The id of the person who was told.'),
    kind: text('The kind of the value, such as `upn`. The value itself is not recorded.'),
    command: text('The command that was refused.'),
    import: Type.Optional(uuid('The import, or dry run of one, that the command was a row of.')),
  },
  { $id: 'RefusedClaim' },
);
export type RefusedClaim = Answer<typeof refusedClaimSchema>;

/** A dry run in the access log. */
export const triedOutSchema = object(
  {
    at: moment(),
    person: text('The id of the person who was shown the report.'),
    import: uuid('The id that the refused claims of the dry run have.'),
    files: Type.Array(fileKind),
    rows: count(),
    rejected: counts('Number of rejected rows, by the code of the reason.'),
  },
  { $id: 'ImportTriedOut' },
);
export type TriedOut = Answer<typeof triedOutSchema>;

const { on, slice } = slices<Day>();

export const attempts = slice<AttemptEvents>({
  decide: {
    RecordRefusedClaim: on(
      RecordRefusedClaim,
      (refused, _day, { now, today }) => [event('ClaimRefused', today, { ...refused, at: now })],
      { by: 'service', creates: true },
    ),
    RecordDryRun: on(
      RecordDryRun,
      (dryRun, _day, { now, today }) => [event('ImportTriedOut', today, { ...dryRun, at: now })],
      { by: 'service', creates: true },
    ),
  },
  evolve: {
    ClaimRefused: ({ entries, refusedAt }, { at }) => ({
      entries: entries + 1,
      refusedAt: [...refusedAt, at],
    }),
    ImportTriedOut: (day) => ({ ...day, entries: day.entries + 1 }),
  },
});
