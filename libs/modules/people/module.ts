import type { Day } from '@waymark/core/fields';
import { recordingModule } from '@waymark/core/context';
import { CONTROLLER, type KeptForYears } from '@waymark/core/privacy';
import { CompletePersonErasure, ErasePerson } from './erasure';
import type { PersonFacts } from './facts';
import { person } from './person';
import type { Person } from './state';
import { getPerson } from './questions/get-person';

/** Years for which the record of a person who works with the service is kept after the end of the last role. */
export const STAFF_KEPT = 6;

/** Later than any day: the end of a role that has none. */
const NEVER: Day = '9999-12-31';

/** A person's record ends with the last role; without any role, on the day on which the person became known. */
const kept: KeptForYears = {
  years: STAFF_KEPT,
  begins: 'PersonRegistered',
  end: async (id, begun, look) => {
    const known = await look.facts<PersonFacts>('person', id);
    if (!known || known.erased) return undefined;
    const ends = Object.values(known.assignments).map(({ until = NEVER }) => until);
    return { ended: ends.sort().at(-1) ?? begun };
  },
};

export const peopleModule = recordingModule({
  domain: person,
  views: [],
  questions: [getPerson],
  // Rights over a person depend on the role that is given or taken back: see governance/access.
  scopes: () => Promise.resolve([]),
  personalData: {
    holds: 'persons',
    erasure: {
      erase: ErasePerson,
      complete: CompletePersonErasure,
      erased: 'PersonErased',
      completed: 'PersonErasureCompleted',
    },
    describe: ({ subject, name, assignments }: Person) => ({
      ...{ subject, name },
      roles: Object.values(assignments),
    }),
    kept,
    retention: [
      {
        record:
          'somebody who works with the service: the name, the subject of their tokens, the reasons they gave',
        kept: `until ${STAFF_KEPT} years after the end of their last role, then erased`,
        by: 'the job `retention`',
        source: `${CONTROLLER}; until then it can be said by name who looked at a record or changed it, for as long as a claim can be brought over it (Limitation Act 1980, section 2)`,
      },
      { record: 'their roles, and who gave them: ids', kept: 'for as long as the log', source: CONTROLLER },
    ],
  },
});
