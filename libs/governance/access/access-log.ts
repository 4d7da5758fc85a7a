import { Type } from '@sinclair/typebox';
import { recordingModule } from '@waymark/core/context';
import type { Principal } from '@waymark/core/access';
import { randomUUID } from 'node:crypto';
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
   * Somebody was shown what is recorded of some people: which answer it was, and why they asked where that was said. Whom they
   * were shown is there by id; their own words are theirs, sealed with the reader's key.
   */
  RecordsRead: { readonly what: string; readonly pupils: readonly string[]; readonly reason?: string };
}

/** Record that somebody is shown something. */
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
        inParts(pupils).map((some) =>
          event('RecordsRead', today, { what, pupils: some, ...(reason !== undefined && { reason }) }),
        ),
      { by: 'service', creates: true },
    ),
  },
  evolve: { RecordsRead: ({ reads }) => ({ reads: reads + 1 }) },
  personal: { RecordsRead: ['reason'] },
});

/** What somebody looked at on a day: kept in the log, as safely as what they looked at. */
export const access = defineModule(
  {
    name: 'access',
    plural: 'reads',
    id: {
      pattern: /^[A-Za-z0-9:-]+\.\d{4}-\d{2}-\d{2}$/,
      description: 'who it was, and the day',
      example: '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11.2025-11-03',
    },
    initial: { reads: 0 } as Day,
    subject: (_: Day, id: string) => id.slice(0, id.lastIndexOf('.')),
    facts: (day: Day) => (day.reads > 0 ? day : undefined),
  },
  [reading],
);

/** What somebody looked at is a record of that person: the reasons are in the reader's own words. */
export const accessModule = recordingModule({
  domain: access,
  views: [],
  // ListReads asks for the access log itself: see questions/.
  questions: [],
  // The access log is the whole service's.
  scopes: () => Promise.resolve([]),
  personalData: {
    holds: 'records',
    person: 'person',
    purpose: 'accountability',
    recordsOf: async (reader, { events }) => (await streamsOfReader(events, reader)).map(streamId),
    retention: [
      {
        record: 'who looked at whose record, and who recorded what: ids, without the people',
        kept: 'for as long as the log',
        source:
          'UK GDPR Articles 5(2) and 32; no personal data once both are erased whose ids it holds, and nothing else leads back: to be confirmed by the controller',
      },
    ],
  },
});

/** Somebody was shown something of a pupil, as the log says. */
export const readFields = {
  at: moment(),
  reader: text("The reader's id."),
  what: text('The name of the question, or of what else was shown.'),
  reason: Type.Optional(text('Why the reader asked, where that was said.')),
};

export const readSchema = object({ ...readFields, pupil: text() }, { $id: 'Read' });
export type Read = Answer<typeof readSchema>;

/** Whose reads are asked about: of a pupil's records, or by a person; of some days, where they are given. */
export interface ReadsQuery {
  readonly pupil?: string | undefined;
  readonly person?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The streams that say what somebody looked at: the whole log is gone through for them. */
export async function streamsOfReader(log: Pick<EventStore, 'readAll'>, reader: string): Promise<string[]> {
  const found = new Set<string>();
  for await (const { stream, metadata } of recorded(log)) if (metadata.actor === reader) found.add(stream);
  return [...found];
}

interface AccessLogOptions {
  readonly submitter: Pick<Submitter, 'submit'>;
  /** The log, with what is personal in it opened. */
  readonly events: Pick<EventStore, 'readAll'>;
  readonly now: () => string;
}

/** Pupils that one event names: many more would be too large for some stores. */
const PART = 2_000;

const inParts = (pupils: readonly string[]): (readonly string[])[] =>
  Array.from({ length: Math.ceil(pupils.length / PART) }, (_, at) =>
    pupils.slice(at * PART, (at + 1) * PART),
  );

/** Who looked at whose records. */
export class AccessLog {
  constructor(private readonly options: AccessLogOptions) {}

  /** Record what somebody is about to be shown. It is recorded when this returns; where it throws, nothing may be shown. */
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
    await submitter.submit({ module: access.name, id, command, actor: reader.id, commandId: randomUUID() });
  }

  /** What was looked at, in the order in which it was: the whole log is gone through for it. */
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

/** Everything that was recorded of who looked at what, in its order. */
const recorded = (log: Pick<EventStore, 'readAll'>): AsyncGenerator<RecordedEvent> =>
  eventsOfTypes(log, ['RecordsRead'] satisfies (keyof AccessEvents)[]);
