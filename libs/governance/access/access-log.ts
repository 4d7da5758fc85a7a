import { Type } from '@sinclair/typebox';
import { recordingModule } from '@waymark/core/context';
import type { Principal } from '@waymark/core/access';
import type { Submitter } from '@waymark/core/commands';
import {
  defineModule,
  event,
  type EventsOf,
  type EventStore,
  type Recorded,
  slices,
  streamId,
} from '@waymark/core/kernel';
import { eventsOfTypes } from '@waymark/core/log';
import { type Answer, moment, object, text } from '@waymark/core/questions';
import type { ImportReport } from '@waymark/modules/imports/views/import-reports';
import { attempts, type Day, RecordDryRun, type RefusedClaim, type TriedOut } from './attempts';

interface ReadEvents {
  /**
   * A principal was shown the records of some persons. The event names the question and, if given, the reader's
   * reason. The persons (`pupils`, but also mentors and staff) appear by id. The reason is the reader's personal data and is encrypted with the reader's key.
   */
  RecordsRead: { readonly what: string; readonly pupils: readonly string[]; readonly reason?: string };
}

/** Record that a principal is shown persons' records. */
export class RecordReads {
  what!: string;
  pupils!: readonly string[];
  reason?: string;
}

const { on, slice } = slices<Day>();

const reading = slice<ReadEvents>({
  decide: {
    RecordReads: on(
      RecordReads,
      ({ what, pupils, reason }, _day, { today }) =>
        inChunks(pupils).map((some) =>
          event('RecordsRead', today, { what, pupils: some, ...(reason !== undefined && { reason }) }),
        ),
      { by: 'service', creates: true },
    ),
  },
  evolve: { RecordsRead: (day) => ({ ...day, entries: day.entries + 1 }) },
  personal: { RecordsRead: ['reason'] },
});

/** What one person was shown, and tried, on one day. It is kept in the log, as safely as the records themselves. */
export const access = defineModule(
  {
    name: 'access',
    plural: 'reads',
    id: {
      pattern: /^[A-Za-z0-9:-]+\.\d{4}-\d{2}-\d{2}$/,
      description: "the reader's id and the day",
      example: '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11.2025-11-03',
    },
    initial: { entries: 0, refusedAt: [] } as Day,
    subject: (_: Day, id: string) => id.slice(0, id.lastIndexOf('.')),
    facts: (day: Day) => (day.entries > 0 ? day : undefined),
  },
  [reading, attempts],
);

/** Every event of the access log. */
export type AccessEvents = EventsOf<typeof access>;

/** The id of the access log of a person on the day of a moment. */
export const dayOf = (person: string, at: string): string => `${person}.${at.slice(0, 10)}`;

/** The access log is a record of the reader: reasons are in the reader's own words. */
export const accessModule = recordingModule({
  domain: access,
  views: [],
  // `ListReads` needs the access log, which other questions do not get. It is in questions/list-reads.ts.
  questions: [],
  // The access log belongs to the whole service, to no scope.
  scopes: () => Promise.resolve([]),
  personalData: {
    holds: 'records',
    person: 'person',
    purpose: 'accountability',
    recordsOf: async (reader, { events }) => (await streamsOfReader(events, reader)).map(streamId),
    retention: [
      {
        record: 'access log and actors of events: ids only, without identities',
        kept: 'as long as the log',
        source:
          'UK GDPR Articles 5(2) and 32; no longer personal data once reader and pupil are both erased and nothing else identifies them: to be confirmed by the controller',
      },
    ],
  },
});

/** One entry of the access log for one person. */
export const readFields = {
  at: moment(),
  reader: text("The reader's id."),
  what: text('The name of the question, or of another document that was shown.'),
  reason: Type.Optional(text('Why the reader asked, if a reason was given.')),
};

export const readSchema = object(
  { ...readFields, pupil: text('The id of the pupil, mentor or other person.') },
  { $id: 'Read' },
);
export type Read = Answer<typeof readSchema>;

/** Filters of refused claims and dry runs: by person, and by first and last day; all optional. */
export interface AttemptsQuery {
  readonly person?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Filters of reads: also by pupil. */
export interface ReadsQuery extends AttemptsQuery {
  readonly pupil?: string | undefined;
}

/** The streams of a person's access log. Reads the whole log. */
export async function streamsOfReader(log: Pick<EventStore, 'readAll'>, reader: string): Promise<string[]> {
  const found = new Set<string>();
  for await (const { stream, metadata } of eventsOfTypes(log, [...access.folds.keys()]))
    if (metadata.actor === reader) found.add(stream);
  return [...found];
}

interface AccessLogOptions {
  readonly submitter: Pick<Submitter, 'submit'>;
  /** The log with personal data decrypted. */
  readonly events: Pick<EventStore, 'readAll'>;
  readonly now: () => string;
}

/** Maximum number of pupils in one event; larger events exceed the size limit of some stores. */
const MAX_PUPILS = 2_000;

const inChunks = (pupils: readonly string[]): (readonly string[])[] =>
  Array.from({ length: Math.ceil(pupils.length / MAX_PUPILS) }, (_, at) =>
    pupils.slice(at * MAX_PUPILS, (at + 1) * MAX_PUPILS),
  );

/** Records and lists who was shown whose records, whose claims were refused, and who tried out imports. */
export class AccessLog {
  constructor(private readonly options: AccessLogOptions) {}

  /** Record what a principal is about to be shown. If this throws, nothing may be shown. */
  async record(reader: Principal, what: string, pupils: Iterable<string>, reason?: string): Promise<void> {
    const seen = [...new Set(pupils)];
    if (seen.length === 0) return;
    const command = Object.assign(new RecordReads(), {
      what,
      pupils: seen,
      ...(reason !== undefined && { reason }),
    });
    await this.submit(reader.id, command);
  }

  /** Record the report of a dry run before it is shown. If this throws, it may not be shown. */
  async recordDryRun(person: string, id: string, { files }: Pick<ImportReport, 'files'>): Promise<void> {
    const rejected: Record<string, number> = {};
    for (const { rejectedBy } of files)
      for (const [code, rows] of Object.entries(rejectedBy)) rejected[code] = (rejected[code] ?? 0) + rows;
    const command = Object.assign(new RecordDryRun(), {
      import: id,
      files: files.map(({ kind }) => kind),
      rows: files.reduce((sum, { rows }) => sum + rows, 0),
      rejected,
    });
    await this.submit(person, command);
  }

  /** The matching reads, in order of recording. Reads the whole log. */
  async *reads({ pupil, ...query }: ReadsQuery): AsyncGenerator<Read> {
    for await (const { data, metadata } of this.recorded('RecordsRead', query)) {
      const { what, pupils, reason } = data;
      const { actor, recordedAt: at } = metadata;
      for (const each of pupil === undefined ? pupils : pupils.filter((one) => one === pupil))
        yield { at, reader: actor, what, pupil: each, ...(reason !== undefined && { reason }) };
    }
  }

  /** The matching refused claims, in order of recording. Reads the whole log. */
  async *refusedClaims(query: AttemptsQuery): AsyncGenerator<RefusedClaim> {
    for await (const { data, metadata } of this.recorded('ClaimRefused', query)) {
      const { at, ...refused } = data;
      yield { at, person: metadata.actor, ...refused };
    }
  }

  /** The matching dry runs, in order of recording. Reads the whole log. */
  async *dryRuns(query: AttemptsQuery): AsyncGenerator<TriedOut> {
    for await (const { data, metadata } of this.recorded('ImportTriedOut', query)) {
      const { at, files, ...dryRun } = data;
      yield { at, person: metadata.actor, files: [...files], ...dryRun };
    }
  }

  /** The events of one type of a person and of some days, in order. */
  private async *recorded<Type extends keyof AccessEvents>(
    type: Type,
    { person, from = '', to = '9999' }: AttemptsQuery,
  ): AsyncGenerator<Extract<Recorded<AccessEvents>, { type: Type }>> {
    for await (const event of eventsOfTypes(this.options.events, [type])) {
      const { actor, on: day } = event.metadata;
      if (actor === (person ?? actor) && day >= from && day <= to)
        yield event as Extract<Recorded<AccessEvents>, { type: Type }>;
    }
  }

  private async submit(person: string, command: object): Promise<void> {
    const { submitter, now } = this.options;
    const id = dayOf(person, now());
    await submitter.submit({ module: access.name, id, command, actor: person });
  }
}
