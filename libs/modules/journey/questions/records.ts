import type { Reach } from '@waymark/core/access';
import type { QuestionSources, Records } from '@waymark/core/questions';

/** What records of one journey are read from. */
export type JourneySources = Pick<QuestionSources, 'scopesOf' | 'fullRecords' | 'redactedRecords'>;

/** The records of one journey that a principal may see. */
export interface JourneyRecords extends Records {
  /** Whether the principal may see who recorded an event, at what time and in what order. */
  readonly withRecording: boolean;
}

/**
 * The records from which a journey is answered, with or without personal data, depending on the principal's rights.
 * Throws `NOT_ALLOWED` if the journey is not within reach.
 */
export async function recordsFor(
  sources: JourneySources,
  reach: Reach,
  journey: string,
): Promise<JourneyRecords> {
  const scopes = await sources.scopesOf('journey', journey);
  reach.demand(scopes, journey);
  return {
    ...(scopes.some(reach.showsNames) ? sources.fullRecords : sources.redactedRecords),
    withRecording: scopes.some(reach.showsRecording),
  };
}
