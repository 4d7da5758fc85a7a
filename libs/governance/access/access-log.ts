import { Type } from '@sinclair/typebox';
import { recordingModule } from '@waymark/core/context';
import type { Principal } from '@waymark/core/access';
import type { Submitter } from '@waymark/core/commands';
import {
  defineModule,
  event,
  type EventStore,
  type RecordedEvent,
  slices,
  streamId,
} from '@waymark/core/kernel';
import { eventsOfTypes } from '@waymark/core/log';
import { type Answer, moment, object, text } from '@waymark/core/questions';

export interface AccessEvents {
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

interface Day {
  readonly reads: number;
}

const { on, slice } = slices<Day>();

const reading = slice<AccessEvents>({
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
  evolve: { RecordsRead: ({ reads }) => ({ reads: reads + 1 }) },
  personal: { RecordsRead: ['reason'] },
});

/** What one reader was shown on one day. It is kept in the log, as safely as the records themselves. */
export const access = defineModule(
  {
    name: 'access',
    plural: 'reads',
    id: {
      pattern: /^[A-Za-z0-9:-]+\.\d{4}-\d{2}-\d{2}$/,
      description: "the reader's id and the day",
      example: '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11.2025-11-03',
    },
    initial: { reads: 0 } as Day,
    subject: (_: Day, id: string) => id.slice(0, id.lastIndexOf('.')),
    facts: (day: Day) => (day.reads > 0 ? day : undefined),
  },
  [reading],
);

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

/** Filters of the access log: by pupil, by reader (`person`), and by first and last day; all optional. */
export interface ReadsQuery {
  readonly pupil?: string | undefined;
  readonly person?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The streams of a reader's access log. Reads the whole log. */
export async function streamsOfReader(log: Pick<EventStore, 'readAll'>, reader: string): Promise<string[]> {
  const found = new Set<string>();
  for await (const { stream, metadata } of recorded(log)) if (metadata.actor === reader) found.add(stream);
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

/** Records and lists who was shown whose records. */
export class AccessLog {
  constructor(private readonly options: AccessLogOptions) {}

  /** Record what a principal is about to be shown. If this throws, nothing may be shown. */
  async record(reader: Principal, what: string, pupils: Iterable<string>, reason?: string): Promise<void> {
    const seen = [...new Set(pupils)];
    if (seen.length === 0) return;
    const { submitter, now } = this.options;
    const command = Object.assign(new RecordReads(), {
      what,
      pupils: seen,
      ...(reason !== undefined && { reason }),
    });
    const id = `${reader.id}.${now().slice(0, 10)}`;
    await submitter.submit({ module: access.name, id, command, actor: reader.id });
  }

  /** The matching entries, in order of recording. Reads the whole log. */
  async *reads({ pupil, person, from = '', to = '9999' }: ReadsQuery): AsyncGenerator<Read> {
    for await (const { data, metadata } of recorded(this.options.events)) {
      const { what, pupils, reason } = data as AccessEvents['RecordsRead'];
      const { actor, on: day, recordedAt: at } = metadata;
      if (actor !== (person ?? actor) || day < from || day > to) continue;
      for (const each of pupil === undefined ? pupils : pupils.filter((one) => one === pupil))
        yield { at, reader: actor, what, pupil: each, ...(reason !== undefined && { reason }) };
    }
  }
}

/** All events of the access log, in order. */
const recorded = (log: Pick<EventStore, 'readAll'>): AsyncGenerator<RecordedEvent> =>
  eventsOfTypes(log, ['RecordsRead'] satisfies (keyof AccessEvents)[]);
