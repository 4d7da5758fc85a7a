import type { Submitter } from '@waymark/core/commands';
import type { Lookup, Scope } from '@waymark/core/kernel';
import { governed } from '../governed';
import type { Directory } from './directory';

interface LookupOptions {
  readonly submitter: Pick<Submitter, 'facts' | 'holder'>;
  readonly directory: Pick<Directory, 'programmes' | 'programmesAt' | 'hasSchoolIn'>;
  /** The current time: UTC, milliseconds. */
  readonly now: () => string;
}

/** Reads what rights depend on from streams, claims and the log. */
export const lookupIn = ({ submitter, directory, now }: LookupOptions): Lookup => ({
  facts: (module, id) => submitter.facts(module, id),
  holder: (kind, value) => submitter.holder(kind, value),
  programmes: () => directory.programmes(),
  programmesAt: (school) => directory.programmesAt(school),
  exists: async (kind, id) =>
    kind === 'area' || kind === 'region'
      ? directory.hasSchoolIn(kind, id)
      : (await submitter.facts(kind, id)) !== undefined,
  today: () => now().slice(0, 10),
});

/** The scopes that a thing lies in; empty if it does not exist or belongs to the whole service. */
export const scopesOf = async (look: Lookup, module: string, id: string): Promise<readonly Scope[]> =>
  (await governed.get(module)?.scopes(id, look)) ?? [];
