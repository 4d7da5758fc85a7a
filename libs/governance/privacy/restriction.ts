import { Refusal } from '@waymark/core/kernel';
import { erasedRefusal, type PersonalData } from '@waymark/core/privacy';
import type { Restriction } from '@waymark/core/commands';
import { governed } from '../governed';

/** What the module of a person publishes about erasure, restriction and objections. */
interface Standing {
  readonly erased?: boolean;
  readonly restricted?: boolean;
  readonly objectsTo?: readonly string[];
}

/**
 * Refuses a command if a person concerned was erased, has a processing restriction, or objects to the purpose of the
 * data. The persons concerned are those whose records the command changes or reads facts of. A command to a person's
 * own stream is decided there instead.
 */
export const processingRestriction: Restriction = async ({ target, needed, despite }, look) => {
  const things = [target, ...needed];
  const mentoring = things.some(({ module }) => isForMentoring(governed.get(module)?.personalData));
  for (const thing of things) {
    const data = governed.get(thing.module)?.personalData;
    if (!data || data.holds === 'no personal data' || (thing === target && data.holds === 'persons'))
      continue;
    const kind = data.holds === 'persons' ? thing.module : data.person;
    const person = data.holds === 'persons' ? thing.id : await look.subjectOf(thing);
    const standing = person === undefined ? undefined : await look.facts<Standing>(kind, person);
    if (!standing) continue;
    const refusal = refusalOf(kind, standing, { despite, mentoring });
    if (refusal) return refusal;
  }
  return undefined;
};

const isForMentoring = (data: PersonalData | undefined): boolean =>
  data?.holds === 'records' && data.purpose === 'mentoring';

function refusalOf(
  kind: string,
  { erased, restricted, objectsTo }: Standing,
  { despite, mentoring }: { readonly despite: string | undefined; readonly mentoring: boolean },
): Refusal | undefined {
  if (erased && despite !== 'erasure') return erasedRefusal(kind);
  if (despite !== undefined) return undefined;
  if (restricted) {
    return new Refusal(
      'PROCESSING_RESTRICTED',
      `The ${kind}’s data are under a processing restriction. Lift it first.`,
    );
  }
  return mentoring && objectsTo?.includes('MENTORING')
    ? new Refusal(
        'MENTORING_OBJECTED_TO',
        `The ${kind} objects to mentoring. End the journey, or wait until the objection is decided.`,
      )
    : undefined;
}
