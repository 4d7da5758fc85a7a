import fc from 'fast-check';
import { MENTOR, OTHER_MENTOR, OTHER_SCHOOL, PROGRAMME, remains, SCHOOL } from '../../support/given';
import { id } from '../../support/journey/given';

/** Only a few values of each kind, so that the same ids, days and texts occur repeatedly. */

export const oneOf = <T>(...values: readonly T[]) => fc.constantFrom(...values);

/** A value that is sometimes undefined. */
export const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

export const ids = oneOf(id(1), id(2));
export const days = oneOf('2025-10-01', '2025-11-03', '2025-12-01', '2026-01-12');
export const words = oneOf('It was another pupil.', 'The family said so.');
export const mentors = oneOf(MENTOR, OTHER_MENTOR);
export const schools = oneOf(SCHOOL, OTHER_SCHOOL);
export const programmes = oneOf(PROGRAMME, 'ampe-2026-11');
export const moments = oneOf('2026-02-15T09:00:00.000Z', '2026-02-16T09:00:00.000Z');

/** The fields that the commands for erasures have in common. */
export const erasing = { ground: oneOf('NO_LONGER_NEEDED', 'RETENTION_ENDED'), on: days };
export const completing = {
  keyDestroyedAt: moments,
  events: oneOf(3, 4),
  remains: oneOf(remains, { ...remains, claims: 3 }),
};

/** Why a repeated erasure command records nothing. */
export const DECIDED_ONCE = 'an erasure is decided once; a repeated request completes it';
export const COMPLETED_ONCE = 'a key is destroyed once, and the first record of it counts';
