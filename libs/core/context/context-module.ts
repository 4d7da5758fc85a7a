import type { ScopesOf } from '@waymark/core/kernel';
import type { Module, RowSet, View } from '@waymark/core/kernel';
import type { PersonalData } from '@waymark/core/privacy';
import type { Question, QuestionSources } from '@waymark/core/questions';

/** A module that records events: its things, and what governance must know of them. Each field is required. */
export interface RecordingModule<Sources extends QuestionSources = QuestionSources> {
  readonly domain: Module;
  readonly views: readonly View[];
  readonly questions: readonly Question<Sources>[];
  /** The scopes that a thing lies in: rights over a thing depend on them. */
  readonly scopes: ScopesOf;
  readonly personalData: PersonalData;
}

/** A module that records no events: views and questions over the events of other modules. */
export interface ReadingModule<Sources extends QuestionSources = QuestionSources> {
  readonly views: readonly View[];
  readonly questions: readonly Question<Sources>[];
  readonly domain?: never;
}

/** A module of either kind, as listed in the list of modules. */
export type ContextModule<Sources extends QuestionSources = QuestionSources> =
  RecordingModule<Sources> | ReadingModule<Sources>;

/** A view and a module without the types of their rows and states. */
type AnyView = RowSet & Pick<View, 'key'>;
type AnyModule = Pick<Module, 'name' | 'handlers' | 'folds' | 'personal'>;

type Definition<Sources extends QuestionSources> = Omit<RecordingModule<Sources>, 'domain' | 'views'> & {
  readonly domain: AnyModule;
  readonly views: readonly AnyView[];
};

/** Define a module that records events. Throws if its personal data have no subject. */
export function recordingModule<Sources extends QuestionSources = QuestionSources>({
  domain,
  views,
  ...declared
}: Definition<Sources>): RecordingModule<Sources> {
  const module = domain as Module;
  const isPersonal = declared.personalData.holds !== 'no personal data';
  if (isPersonal && !module.subject)
    throw new Error(`the module ${module.name} holds personal data, and its events have no subject`);
  if (!isPersonal && module.personal.size > 0)
    throw new Error(`the module ${module.name} has personal fields, and declares no personal data`);
  const outside = views.filter(({ name }) => !name.startsWith(module.qualified('')));
  if (outside.length > 0)
    throw new Error(
      `the views of ${module.name} have its namespace before their names: ${outside.map(({ name }) => name).join(', ')}`,
    );
  return { domain: module, views: views as readonly View[], ...declared };
}

/** Define a module that records no events. */
export const readingModule = <Sources extends QuestionSources = QuestionSources>({
  views,
  questions,
}: {
  readonly views: readonly AnyView[];
  readonly questions: readonly Question<Sources>[];
}): ReadingModule<Sources> => ({ views: views as readonly View[], questions });
