import type { Day } from '@waymark/core/fields';
import { recordingModule } from '@waymark/core/context';
import { CONTROLLER, type KeptForYears } from '@waymark/core/privacy';
import { journeysOf, type JourneyFacts } from '@waymark/modules/journey/facts';
import { CompleteErasure, ErasePupil } from './erasure';
import { type PupilFacts, scopesOfPupil } from './facts';
import { pupil } from './pupil';
import type { Pupil } from './state';
import { pupils } from './views/pupils';
import { getPupil } from './questions/get-pupil';

/** Years for which a pupil's record is kept after the last journey has ended. */
export const JOURNEYS_KEPT = 6;

/** Later than any day: stands for the end of an open journey. */
const NEVER: Day = '9999-12-31';

/**
 * A pupil's record ends with the last journey. A pupil without a journey, or with an open one, is not erased by
 * retention.
 */
const kept: KeptForYears = {
  years: JOURNEYS_KEPT,
  begins: 'PupilRegistered',
  end: async (id, _begun, look) => {
    const known = await look.facts<PupilFacts>('pupil', id);
    const journeys = await journeysOf(id, look);
    if (!known || known.erased || journeys.length === 0) return undefined;
    const ends = await Promise.all(
      journeys.map(async (journey) => (await look.facts<JourneyFacts>('journey', journey))?.endedOn ?? NEVER),
    );
    const why = known.held ? 'LEGAL_HOLD' : known.restricted ? 'PROCESSING_RESTRICTED' : undefined;
    return { ended: ends.sort().at(-1)!, ...(why && { kept: why }) };
  },
};

export const pupilModule = recordingModule({
  domain: pupil,
  views: [pupils],
  questions: [getPupil],
  scopes: scopesOfPupil,
  personalData: {
    holds: 'persons',
    erasure: {
      erase: ErasePupil,
      complete: CompleteErasure,
      erased: 'PupilErased',
      completed: 'ErasureCompleted',
    },
    describe: ({ upn, former, details, schools, restricted, objections, holds }: Pupil) => ({
      ...{ upn, formerUpns: former, ...details, schools, restricted, objections },
      legalHolds: holds.length,
    }),
    kept,
    retention: [
      {
        record: 'a pupil: names, UPN, birth date, free text',
        kept: `until ${JOURNEYS_KEPT} years after the end of the last journey, then erased; a legal hold or a processing restriction takes precedence`,
        by: 'the job `retention`',
        source: `${CONTROLLER}; schools keep their own registers for six years (School Attendance (Pupil Registration) (England) Regulations 2024), of which these are copies`,
      },
    ],
  },
});
