import type { ScopesOf } from '@waymark/core/access';
import type { Module, RowSet, View } from '@waymark/core/kernel';
import type { PersonalData } from '@waymark/core/privacy';

/** A module that records events: its things, and what governance has to know of them. Leaving one out does not compile. */
export interface RecordingModule {
  readonly domain: Module;
  readonly views: readonly View[];
  /** The scopes that a thing lies in: what rights over it depend on. */
  readonly scopes: ScopesOf;
  readonly personalData: PersonalData;
}

/** A module that records nothing: views and questions over the events of others. */
export interface ReadingModule {
  readonly views: readonly View[];
  readonly domain?: never;
}

/** A part of the domain with everything that belongs to it, as the list of modules has it. */
export type ContextModule = RecordingModule | ReadingModule;

/** A view and a module as a list takes them: their types left behind. */
type AnyView = RowSet & Pick<View, 'key'>;
type AnyModule = Pick<Module, 'name' | 'handlers' | 'folds' | 'personal'>;

interface Definition extends Omit<RecordingModule, 'domain' | 'views'> {
  readonly domain: AnyModule;
  readonly views: readonly AnyView[];
}

/** Put a module together that records events. Throws where its personal data have no subject. */
export function recordingModule({ domain, views, ...governance }: Definition): RecordingModule {
  const module = domain as Module;
  const isPersonal = governance.personalData.holds !== 'no personal data';
  if (isPersonal && !module.subject) throw new Error(`${module.name} holds personal data of no subject`);
  if (!isPersonal && module.personal.size > 0)
    throw new Error(`${module.name} has personal fields, and says that it holds no personal data`);
  return { domain: module, views: views as readonly View[], ...governance };
}

/** Put a module together that records nothing. */
export const readingModule = ({ views }: { readonly views: readonly AnyView[] }): ReadingModule => ({
  views: views as readonly View[],
});
