import { viewsOf } from '@waymark/core/kernel';
import type { SchoolDetails } from '../state';
import type { SchoolEvents } from '../school';

const view = viewsOf<SchoolEvents>();

/** Current details of schools, by URN. */
export const schools = view<SchoolDetails>({
  name: 'schools',
  version: 1,
  indexes: ['area'],
  on: {
    SchoolRegistered: (_, { data }) => data,
    SchoolDetailsChanged: (_, { data }) => data,
  },
});
