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

/** Things and the event log, with or without personal data. */
export interface Records {
  readonly things: Things;
  readonly events: EventStore;
}

/** What an answer is computed from. */
export interface QuestionSources {
  /** The reach of the principal who asks. */
  readonly reach: Reach;
  /** The reason that the principal gave, if any. */
  readonly reason?: string;
  /** Rows of the question's views. Reading another view throws. */
  readonly rows: RowReader;
  readonly submitter: Pick<Submitter, 'facts'> & Things;
  /** The event log with personal data. */
  readonly events: EventStore;
  /** For principals who may be shown personal data. */
  readonly fullRecords: Records;
  /** For all other principals: without personal data. */
  readonly redactedRecords: Records;
  readonly jobs: Pick<Jobs, 'get'>;
  /** The current time: UTC, milliseconds. */
  readonly now: () => string;
  /** The scopes that a thing lies in; empty if it does not exist. */
  readonly scopesOf: (module: string, id: string) => Promise<readonly Scope[]>;
  /**
   * Caches a result for as long as the rows of the question's views stay unchanged. `key` contains everything else
   * that the result depends on. A result must not contain personal data, because it is kept in memory.
   */
  readonly kept: <Result>(key: object, work: (rows: RowReader) => Promise<Result>) => Promise<Result>;
}

/** The module that a path parameter names, and the form of its ids. */
export type PathPart = Pick<Module, 'name' | 'id'>;

/** The fields of a question that do not depend on its types. */
interface Described {
  /** `GetKpis`: the question's name in rights, logs and the access log. */
  readonly name: string;
  /** The path below `/v1/`, such as `journeys/:id`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** The roles that may ask the question. */
  readonly by: Rights;
  /**
   * The views that the answer is read from. They must have caught up with what the client has already seen. Empty if the
   * answer is read from the event log.
   */
  readonly views: readonly RowSet[];
  /** Further codes of problems that the question can return, by HTTP status. */
  readonly problems?: Readonly<Record<number, readonly string[]>>;
}

/** A question declared once, for HTTP, the OpenAPI document and the access log. */
export interface Declaration<
  Parameters extends object,
  Part extends string,
  Schema extends TSchema,
  Sources,
> extends Described {
  /** The module that each path parameter names. */
  readonly parts?: Readonly<Record<Part, PathPart>>;
  /** The class of the query parameters with their rules; no parameters if left out. */
  readonly parameters?: CommandClass<Parameters>;
  readonly schema: Schema;
  readonly example: Answer<Schema>;
  /** Ids of the pupils, mentors and other persons whose records the answer shows. The access log records who saw them. */
  readonly shown: (answer: Answer<Schema>, asked: Parameters) => Iterable<string>;
  /** The entity tag of an answer; undefined if it has none. */
  readonly etag?: (answer: Answer<Schema>) => string | undefined;
  readonly answer: (
    asked: Parameters & Readonly<Record<Part, string>>,
    sources: Sources,
  ) => Promise<Answer<Schema>>;
}

/** A question without the types of its parameters and its answer. */
export interface Question<Sources = never> extends Described {
  readonly parts: Readonly<Record<string, PathPart>>;
  readonly parameters: CommandClass;
  readonly schema: TSchema;
  readonly example: unknown;
  readonly shown: (answer: never, asked: never) => Iterable<string>;
  readonly etag?: (answer: never) => string | undefined;
  readonly answer: (asked: never, sources: Sources) => Promise<unknown>;
}

class NoQueryParameters {}

/** Declare a question. Throws if the path parameters differ from `parts`. */
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
      `${name}: the path has the parameters ${inPath.join()}, but parts declares ${Object.keys(parts).join()}`,
    );
  return { parameters: NoQueryParameters as CommandClass<Parameters>, ...declared, parts };
}

/** For answers that show no person's record, such as lists of imports. */
export const nobody = (): readonly string[] => [];
