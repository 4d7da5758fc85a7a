import type { TSchema } from '@sinclair/typebox';
import type { Reach } from '@waymark/core/access';
import type { Submitter, Things } from '@waymark/core/commands';
import type {
  CommandClass,
  EventStore,
  Jobs,
  Module,
  Rights,
  RowReader,
  RowSet,
  Scope,
} from '@waymark/core/kernel';
import type { Answer } from './schemas';

/** Things and the event log, with personal data or without. */
export interface Records {
  readonly things: Things;
  readonly events: EventStore;
}

/** What an answer is made from. */
export interface QuestionSources {
  /** How far the roles of the principal who asks reach. */
  readonly reach: Reach;
  /** Why the principal asks, where a reason was given. */
  readonly reason?: string;
  /** Rows of the question's views; reading another view throws. */
  readonly rows: RowReader;
  readonly submitter: Pick<Submitter, 'facts'> & Things;
  /** The event log with personal data. */
  readonly events: EventStore;
  /** For principals who may see personal data. */
  readonly fullRecords: Records;
  /** For all others. */
  readonly redactedRecords: Records;
  readonly jobs: Pick<Jobs, 'get'>;
  /** The present moment: UTC, milliseconds. */
  readonly now: () => string;
  /** The scopes that a thing lies in; none where it does not exist. */
  readonly scopesOf: (module: string, id: string) => Promise<readonly Scope[]>;
  /**
   * Work something out once for each state of the rows of the question's views. `key` names everything else that the
   * result depends on. No result may contain personal data: it is kept in memory.
   */
  readonly kept: <Result>(key: object, work: (rows: RowReader) => Promise<Result>) => Promise<Result>;
}

/** What a varying part of a path names, and the form of its ids. */
export type PathPart = Pick<Module, 'name' | 'id'>;

/** What a question has apart from its types. */
interface Described {
  /** `GetKpis`: the question's name in rights, logs and the access log. */
  readonly name: string;
  /** Below `/v1/`: `journeys/:id`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** The roles that may ask it. */
  readonly by: Rights;
  /**
   * Views that the answer is read from: they must have seen what the client has seen. None where it is read from the
   * event log.
   */
  readonly views: readonly RowSet[];
  /** Further statuses of problems that it may be answered with. */
  readonly problems?: readonly number[];
}

/** A question and its answer, declared once: everything that HTTP, the OpenAPI document and the access log say of it. */
export interface Declaration<
  Parameters extends object,
  Part extends string,
  Schema extends TSchema,
  Sources,
> extends Described {
  /** What each varying part of the path names. */
  readonly parts?: Readonly<Record<Part, PathPart>>;
  /** The class of the query parameters, with their rules; there are none if left out. */
  readonly parameters?: CommandClass<Parameters>;
  readonly schema: Schema;
  readonly example: Answer<Schema>;
  /** Ids of the pupils whose records an answer shows. It is recorded who saw them. */
  readonly shown: (answer: Answer<Schema>) => Iterable<string>;
  /** The entity tag of an answer; undefined where it has none. */
  readonly etag?: (answer: Answer<Schema>) => string | undefined;
  readonly answer: (
    asked: Parameters & Readonly<Record<Part, string>>,
    sources: Sources,
  ) => Promise<Answer<Schema>>;
}

/** A question seen without the types of its parameters and its answer. */
export interface Question<Sources = never> extends Described {
  readonly parts: Readonly<Record<string, PathPart>>;
  readonly parameters: CommandClass;
  readonly schema: TSchema;
  readonly example: unknown;
  readonly shown: (answer: never) => Iterable<string>;
  readonly etag?: (answer: never) => string | undefined;
  readonly answer: (asked: never, sources: Sources) => Promise<unknown>;
}

class NoQueryParameters {}

/** Declare a question. Throws where the path has other parts than `parts` names. */
export function question<
  Schema extends TSchema,
  Parameters extends object = object,
  Part extends string = never,
  Sources = QuestionSources,
>(declared: Declaration<Parameters, Part, Schema, Sources>) {
  const { name, path, parts = {} as Readonly<Record<Part, PathPart>> } = declared;
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, part]) => String(part));
  if (inPath.join() !== Object.keys(parts).join())
    throw new Error(
      `${name}: the path has the parts ${inPath.join()}, declared are ${Object.keys(parts).join()}`,
    );
  return { parameters: NoQueryParameters as CommandClass<Parameters>, ...declared, parts };
}

/** For answers that show no pupil's records, such as figures of groups. */
export const nobody = (): readonly string[] => [];
