import { sideBySide } from '@waymark/core/concurrency';
import type { Page } from '@waymark/core/projections';
import type { QuestionSources } from '@waymark/core/questions';
import { namesIn } from '../names';
import type { DisclosureRule } from '../disclosure/symbols';
import type { PublishedRates } from '../published-rates';

/** What questions over several modules are answered from. */
export interface InsightSources extends QuestionSources {
  /** Absence rates published by the Department for Education. */
  readonly published: PublishedRates;
  /** Which numbers are small. */
  readonly disclosure: DisclosureRule;
}

/** For the descriptions of questions about figures. */
export const SMALL_NUMBERS =
  'Small numbers of pupils, and what would tell one, are `null` with the status `c`, unless you may see the names behind the figure.';

/** What figures are computed from, for one principal. */
export type FigureSources = Pick<InsightSources, 'kept' | 'reach' | 'scopesOf' | 'disclosure'>;

/** The mentors whose figures an answer shows. */
export const mentorsIn = (
  { items }: { readonly items: readonly { readonly key: string }[] },
  { by }: { readonly by: string },
): string[] => (by === 'mentor' ? items.map(({ key }) => key) : []);

/** The names of these mentors, for those whose names the principal may see. */
export async function mentorNames(
  ids: readonly string[],
  { submitter, reach, scopesOf }: Pick<QuestionSources, 'submitter' | 'reach' | 'scopesOf'>,
): Promise<ReadonlyMap<string, string>> {
  const shown: string[] = [];
  await sideBySide(new Set(ids), async (id) => {
    if ((await scopesOf('mentor', id)).some(reach.showsNames)) shown.push(id);
  });
  return namesIn(submitter).mentors(shown);
}

/**
 * Add the names of mentors, if the groups are mentors and the principal may see the names. This is done last, so that
 * no cached answer contains names.
 */
export async function withMentorNames<Group extends { readonly key: string; readonly name: string }>(
  { items, ...page }: Page<Group>,
  by: string,
  sources: Pick<QuestionSources, 'submitter' | 'reach' | 'scopesOf'>,
): Promise<Page<Group>> {
  if (by !== 'mentor') return { items, ...page };
  const names = await mentorNames(
    items.map(({ key }) => key),
    sources,
  );
  return { items: items.map((item) => ({ ...item, name: names.get(item.key) ?? item.name })), ...page };
}
