import { type View, viewsOf } from '@waymark/core/kernel';
import type { PupilEvents } from '../identity';

const view = viewsOf<PupilEvents>();

export interface PupilRow {
  readonly school: string;
}

const pupilView = (version: number, former?: View<PupilRow>['former']): View<PupilRow> =>
  view<PupilRow>({
    name: 'pupils',
    version,
    indexes: [],
    on: {
      PupilRegistered: (_, { data: { school } }) => ({ school }),
      PupilMovedSchool: (row, { data: { school } }) => row && { ...row, school },
    },
    ...(former && { former }),
  });

/** Pupils by id. Rows of version 1 contain names and UPNs, which no answer includes. */
export const pupils = pupilView(2, [
  { view: pupilView(1) as View, read: (row) => ({ school: (row as PupilRow).school }) },
]);
