import { viewsOf } from '@waymark/core/kernel';
import type { DomainEvents } from '@waymark/modules/domain';
import type { ProgrammeDefinition } from '../programme';

const view = viewsOf<DomainEvents>();

/** Programmes by id, as they stand. */
export const programmes = view<ProgrammeDefinition>({
  name: 'programmes',
  version: 1,
  indexes: [],
  on: {
    ProgrammeDefined: (_, { data }) => data,
    ProgrammeRevised: (_, { data }) => data,
  },
});
