import { Refusal } from '@waymark/core/kernel';
import type { PersonalData } from '@waymark/core/privacy';
import type { Restriction } from '@waymark/core/commands';
import { governed } from '../governed';

/** What a person's own module publishes of erasure, restriction and objections. */
interface Standing {
  readonly erased?: boolean;
  readonly restricted?: boolean;
  readonly objectsTo?: readonly string[];
}

/**
 * Why a command may not be carried out for the sake of the persons it is about: their data were erased or their processing is
 * restricted, or they object to what the data are used for. It is about the person whose record it is sent to, and the
 * persons whose records it needs. A person's own stream decides for itself.
 */
export const processingRestriction: Restriction = async ({ target, needed, though }, look) => {
  for (const thing of [target, ...needed]) {
    const data = governed.get(thing.module)?.personalData;
    if (!data || data.holds === 'no personal data' || (thing === target && data.holds === 'persons'))
      continue;
    const kind = data.holds === 'persons' ? thing.module : data.person;
    const person = data.holds === 'persons' ? thing.id : await look.subjectOf(thing);
    const standing = person === undefined ? undefined : await look.facts<Standing>(kind, person);
    if (!standing) continue;
    const mentoring = [target, ...needed].some(({ module }) =>
      isForMentoring(governed.get(module)?.personalData),
    );
    const refusal = refusalOf(kind, standing, { though, mentoring });
    if (refusal) return refusal;
  }
  return undefined;
};

const isForMentoring = (data: PersonalData | undefined): boolean =>
  data?.holds === 'records' && data.purpose === 'mentoring';

function refusalOf(
  kind: string,
  { erased, restricted, objectsTo }: Standing,
  { though, mentoring }: { readonly though: string | undefined; readonly mentoring: boolean },
): Refusal | undefined {
  if (erased && though !== 'erased') {
    return new Refusal(
      `${kind.toUpperCase()}_ERASED`,
      `The ${kind}’s data were erased. Nothing more can be recorded of them.`,
    );
  }
  if (though !== undefined) return undefined;
  if (restricted) {
    return new Refusal(
      'PROCESSING_RESTRICTED',
      `The ${kind}’s data may not be used at present. Lift the restriction first.`,
    );
  }
  return mentoring && objectsTo?.includes('MENTORING')
    ? new Refusal(
        'MENTORING_OBJECTED_TO',
        `The ${kind} objects to mentoring. End the journey, or have the objection decided first.`,
      )
    : undefined;
}
