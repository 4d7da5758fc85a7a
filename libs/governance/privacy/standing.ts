import type { Sent, Standing } from '@waymark/core/commands';
import { Refusal } from '@waymark/core/kernel';
import { EndJourney, StopJourney, WithdrawConsent } from '@waymark/modules/journey';
import type { JourneyFacts } from '@waymark/modules/journey/facts';
import { AllocatePupil } from '@waymark/modules/mentor';
import type { PupilFacts } from '@waymark/modules/pupil/facts';

type FactsOf = Parameters<Standing>[1];

/** Commands that bring something to its end, as restriction and objection want it. */
const endings: ReadonlySet<unknown> = new Set([EndJourney, StopJourney, WithdrawConsent]);

/**
 * Why nothing may be recorded of a pupil by what other modules know: the pupil's data were erased or are restricted, or the
 * pupil objects to mentoring. The pupil's own stream sees to itself.
 */
export const pupilStanding: Standing = async (sent, factsOf) => {
  const pupil = await pupilConcerned(sent, factsOf);
  const facts = pupil === undefined ? undefined : await factsOf<PupilFacts>('pupil', pupil);
  if (!facts) return undefined;
  const { constructor: kind } = sent.command;
  if (facts.erased && kind !== StopJourney) return erased();
  if (endings.has(kind)) return undefined;
  if (facts.restricted) return restricted();
  return sent.module !== 'attendance' && facts.objectsTo?.includes('MENTORING') ? objected() : undefined;
};

const erased = (): Refusal =>
  new Refusal('PUPIL_ERASED', 'The pupil’s data were erased. Nothing more can be recorded of them.');

const restricted = (): Refusal =>
  new Refusal(
    'PROCESSING_RESTRICTED',
    'The pupil’s data may not be used at present. Lift the restriction first.',
  );

const objected = (): Refusal =>
  new Refusal(
    'MENTORING_OBJECTED_TO',
    'The pupil objects to mentoring. End the journey, or have the objection decided first.',
  );

/** The pupil whom a command is about, as far as it is sent to something else than the pupil. */
async function pupilConcerned(
  { module, id, command, subject }: Sent,
  factsOf: FactsOf,
): Promise<string | undefined> {
  switch (module) {
    case 'journey':
      // A journey that has not begun is nobody's yet: a referral names its pupil.
      return subject ?? (command as { readonly pupil?: string }).pupil;
    case 'attendance':
      return id;
    case 'mentor':
      return command instanceof AllocatePupil
        ? (await factsOf<JourneyFacts>('journey', command.journey))?.pupil
        : undefined;
    default:
      return undefined;
  }
}
