import { defineModule } from '@waymark/kernel';
import { uuidId } from '@waymark/vocabulary';
import type { PupilFacts } from '../shared/facts';
import { erasure } from './erasure';
import { holds } from './holds';
import { identity } from './identity';
import { objection } from './objection';
import { rectification } from './rectification';
import { restriction } from './restriction';
import { notKnown, objectsTo, schoolOn, type Pupil } from './state';

export const pupil = defineModule(
  {
    name: 'pupil',
    plural: 'pupils',
    id: uuidId,
    initial: notKnown,
    subject: (_: Pupil, id: string) => id,
    facts,
  },
  [identity, rectification, restriction, objection, holds, erasure],
);

function facts(state: Pupil): PupilFacts | undefined {
  if (state.schools.length === 0) return undefined;
  return {
    schoolOn: (day) => schoolOn(state, day),
    erased: state.erasure !== undefined,
    restricted: state.restricted,
    objectsTo: objectsTo(state),
  };
}
