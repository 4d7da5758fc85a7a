import type { Reach } from '@waymark/core/access';
import type { QuestionSources, Records } from '@waymark/core/questions';

/**
 * What a journey may be told from: records with personal data, or without. Refused as `NOT_ALLOWED` where the journey is out
 * of reach.
 */
export async function recordsFor(
  sources: Pick<QuestionSources, 'scopesOf' | 'fullRecords' | 'redactedRecords'>,
  reach: Reach,
  journey: string,
): Promise<Records> {
  const scopes = await sources.scopesOf('journey', journey);
  reach.demand(scopes);
  return scopes.some(reach.showsNames) ? sources.fullRecords : sources.redactedRecords;
}
