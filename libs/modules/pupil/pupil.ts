import { uuidId } from '@waymark/core/fields';
import { defineModule } from '@waymark/core/kernel';
import { erasure } from './erasure';
import type { PupilFacts } from './facts';
import { holds } from './holds';
import { identity } from './identity';
import { objection } from './objection';
import { rectification } from './rectification';
import { restriction } from './restriction';
import { upnRelease } from './upn-release';
import { notKnown, objectsTo, type Pupil, schoolOn } from './state';

export const pupil = defineModule(
  {
    name: 'pupil',
    plural: 'pupils',
    id: { ...uuidId, example: '0b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b10' },
    initial: notKnown,
    subject: (_: Pupil, id: string) => id,
    facts,
  },
  [identity, upnRelease, rectification, restriction, objection, holds, erasure],
);

function facts(state: Pupil): PupilFacts | undefined {
  if (state.schools.length === 0) return undefined;
  return {
    schoolOn: (day) => schoolOn(state, day),
    erased: state.erasure !== undefined,
    restricted: state.restricted,
    held: state.holds.length > 0,
    objectsTo: objectsTo(state),
  };
}
