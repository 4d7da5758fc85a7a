import type { TSchema } from '@sinclair/typebox';
import { type Grant, Reach } from '@waymark/core/access';
import type { EventStore, Job, RecordedEvent, Rights, RowReader, RowSet, Scope } from '@waymark/core/kernel';
import type { QuestionSources } from '@waymark/core/questions';
import { rulesFor } from '@waymark/governance/access';
import { withComponents } from '../../apps/api/openapi/answers';
import { schemasIn } from './schemas';

/** The rows of a view by key. */
export type ViewRows = readonly [view: RowSet, rows: Readonly<Record<string, object>>];

/** Rows in memory. */
export function rowReader(...all: readonly ViewRows[]): RowReader {
  const rowsOf = (view: RowSet): [string, object][] =>
    all
      .filter(([{ name }]) => name === view.name)
      .flatMap(([, rows]) => Object.entries(rows))
      .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    load: async (view, keys) =>
      new Map(
        rowsOf(view)
          .filter(([key]) => keys.includes(key))
          .map(([key, row]) => [key, { row, position: 1 }]),
      ),
    find: async (view, { where = {}, after = '', limit = Infinity } = {}) =>
      rowsOf(view)
        .filter(([key, row]) => key > after && has(row, where))
        .slice(0, limit)
        .map(([key, row]) => ({ key, row })),
  };
}

const has = (row: object, where: Readonly<Record<string, string>>): boolean =>
  Object.entries(where).every(([field, value]) => (row as Record<string, unknown>)[field] === value);

/** The data from which a question is answered. Data that are left out do not exist. */
export interface Given {
  readonly rows?: readonly ViewRows[];
  /** States and facts of things, by `module id`. */
  readonly states?: Readonly<Record<string, object>>;
  readonly facts?: Readonly<Record<string, object>>;
  /** The same states without personal data, for readers who may not see it. Default: `states`. */
  readonly redacted?: Readonly<Record<string, object>>;
  readonly streams?: Readonly<Record<string, readonly RecordedEvent[]>>;
  readonly jobs?: Readonly<Record<string, Pick<Job, 'state'>>>;
  /** Scopes of things, by `module id`. */
  readonly scopes?: Readonly<Record<string, readonly Scope[]>>;
  /** The grants of the reader. Default: a reader who may see everything. */
  readonly as?: readonly Grant[];
  /** Ids of pupils who are left out of research, and of their journeys. */
  readonly leftOut?: readonly string[];
  readonly reason?: string;
  /** Called with each result that would be cached. */
  readonly onKept?: (result: unknown) => void;
}

interface Asked<Parameters, Answer, Sources> {
  readonly schema: TSchema;
  readonly by: Rights;
  readonly answer: (asked: Parameters, sources: Sources) => Promise<Answer>;
}

/** Answer a question from the given data only. Throws if the answer does not match the schema. */
export async function answerTo<Parameters, Answer, Sources extends QuestionSources>(
  question: Asked<Parameters, Answer, Sources>,
  asked: NoInfer<Parameters>,
  given: Given,
  ...more: object extends Omit<Sources, keyof QuestionSources> ? [] : [Omit<Sources, keyof QuestionSources>]
): Promise<Answer> {
  const sources = { ...sourcesOf(question.by, given), ...more[0] } as unknown as Sources;
  const answer = await question.answer(asked, sources);
  const document = withComponents({ components: { schemas: { answer: question.schema } } });
  const found = schemasIn(document)(['components', 'schemas', 'answer'], JSON.parse(JSON.stringify(answer)));
  if (found.length > 0) throw new Error(`the answer does not match the schema: ${found.join('; ')}`);
  return answer;
}

function sourcesOf(by: Rights, given: Given): QuestionSources {
  const { states = {}, redacted = states, facts = {}, streams = {}, jobs = {}, scopes = {} } = given;
  const grants = given.as ?? [
    { role: 'local-operator' as const },
    { role: 'data-protection-officer' as const },
  ];
  const things = (of: Readonly<Record<string, object>>): QuestionSources['fullRecords']['things'] => ({
    load: async (module, id) => ({ state: (of[`${module} ${id}`] ?? {}) as never, revision: 3 }),
    replay: () => Promise.reject(new Error('replaying is not supported here')),
  });
  const events = { readStream: async (stream: string) => streams[stream] ?? [] } as unknown as EventStore;
  const rows = rowReader(...(given.rows ?? []));
  return {
    rows,
    events,
    submitter: { ...things(states), facts: async (module, id) => facts[`${module} ${id}`] as never },
    fullRecords: { things: things(states), events },
    redactedRecords: { things: things(redacted), events },
    reach: new Reach({ id: 'asker', grants }, rulesFor(by)).without(new Set(given.leftOut)),
    ...(given.reason !== undefined && { reason: given.reason }),
    jobs: { get: async (id) => jobs[id] as Job | undefined },
    now: () => '2026-02-15T09:00:00.000Z',
    scopesOf: async (module, id) => scopes[`${module} ${id}`] ?? [],
    kept: async (_, work) => {
      const result = await work(rows);
      given.onKept?.(result);
      return result;
    },
  };
}
