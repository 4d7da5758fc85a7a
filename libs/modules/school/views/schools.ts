import { viewsOf } from '@waymark/core/kernel';
import type { DomainEvents } from '@waymark/modules/domain';
import type { SchoolDetails } from '../school';

const view = viewsOf<DomainEvents>();

/** Schools by URN. */
export const schools = view<SchoolDetails>({
  name: 'schools',
  version: 1,
  indexes: ['area'],
  on: {
    SchoolRegistered: (_, { data }) => data,
    SchoolDetailsChanged: (_, { data }) => data,
  },
});
