import type { Reach } from '@waymark/core/access';
import type { QuestionSources, Records } from '@waymark/core/questions';

/**
 * The records from which a journey is answered, with or without personal data, depending on the principal's rights.
 * Throws `NOT_ALLOWED` if the journey is not within reach.
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
