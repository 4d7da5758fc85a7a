import { sideBySide } from '@waymark/core/concurrency';
import type { Page } from '@waymark/core/projections';
import type { QuestionSources } from '@waymark/core/questions';
import { namesIn } from '../names';
import type { PublishedRates } from '../published-rates';

/** What answers over several modules are made from. */
export interface InsightSources extends QuestionSources {
  /** The absence rates that the Department for Education has published. */
  readonly published: PublishedRates;
}

/**
 * Put in the names of mentors, where groups are mentors and the names may be seen. This comes last: no answer that is kept
 * contains names.
 */
export async function withMentorNames<Group extends { readonly key: string; readonly name: string }>(
  { items, ...page }: Page<Group>,
  by: string,
  { submitter, reach, scopesOf }: Pick<QuestionSources, 'submitter' | 'reach' | 'scopesOf'>,
): Promise<Page<Group>> {
  if (by !== 'mentor') return { items, ...page };
  const shown: string[] = [];
  await sideBySide(items, async ({ key }) => {
    if ((await scopesOf('mentor', key)).some(reach.showsNames)) shown.push(key);
  });
  const names = await namesIn(submitter).mentors(shown);
  return { items: items.map((item) => ({ ...item, name: names.get(item.key) ?? item.name })), ...page };
}
