import { viewsOf } from '@waymark/core/kernel';
import type { ProgrammeDefinition } from '../programme';
import type { ProgrammeEvents } from '../programme';

const view = viewsOf<ProgrammeEvents>();

/** Current programme definitions, by id. */
export const programmes = view<ProgrammeDefinition>({
  name: 'programmes',
  version: 1,
  indexes: [],
  on: {
    ProgrammeDefined: (_, { data }) => data,
    ProgrammeRevised: (_, { data }) => data,
  },
});
