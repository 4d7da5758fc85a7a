import type { Day } from '@waymark/core/fields';
import { recordingModule } from '@waymark/core/context';
import { CONTROLLER, type KeptForYears } from '@waymark/core/privacy';
import { CompletePersonErasure, ErasePerson } from './erasure';
import type { PersonFacts } from './facts';
import { person } from './person';
import type { Person } from './state';
import { getPerson } from './questions/get-person';
import { listPeople } from './questions/list-people';
import { people } from './views/people';

/** Years for which a staff record is kept after the last role has ended. */
export const STAFF_KEPT = 6;

/** Later than any day: stands for the end of an open role. */
const NEVER: Day = '9999-12-31';

/** A person's record ends with the last role or, for a person who never had one, on the day of registration. */
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
  views: [people],
  questions: [getPerson, listPeople],
  // Rights over a person depend on the role that is given or ended; see governance/access.
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
        record: 'a person who works with the service: name, token subject, reasons given for access',
        kept: `until ${STAFF_KEPT} years after the end of the last role, then erased`,
        by: 'the job `retention`',
        source: `${CONTROLLER}; until then, the persons who saw or changed a record can be named, for as long as a claim can be made (Limitation Act 1980, section 2)`,
      },
      { record: 'roles, and who gave them: ids only', kept: 'as long as the log', source: CONTROLLER },
    ],
  },
});
