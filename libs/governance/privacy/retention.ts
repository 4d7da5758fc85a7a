import type { Lookup } from '@waymark/core/kernel';
import type { Day } from '@waymark/core/fields';
import { type EventStore, streamId } from '@waymark/core/kernel';
import { eventsOfTypes } from '@waymark/core/log';
import { CONTROLLER, type KeptForYears, type RecordEnd, type RetentionRule } from '@waymark/core/privacy';
import { governed } from '../governed';
import { type PersonId, personKinds } from './kinds';

/** How long the service keeps what belongs to no module. */
const ofTheService: readonly RetentionRule[] = [
  { record: 'an export', kept: 'a week', by: 'the job `tidying`', source: CONTROLLER },
  {
    record: 'a data key',
    kept: 'until its person is erased; backups of keys are kept for a shorter time than backups of data',
    source: 'UK GDPR Article 17',
  },
  {
    record: 'the record of an erasure: id, ground and time',
    kept: 'as long as the log',
    source: 'UK GDPR Article 5(2): the controller must be able to demonstrate it',
  },
];

/**
 * How long every kind of record is kept. Periods set by the controller are proposals until the controller confirms
 * them.
 */
export const retentionRules: readonly RetentionRule[] = [
  ...[...governed.values()].flatMap(({ personalData }) => personalData.retention),
  ...ofTheService,
];

/** A person whose retention period has ended. */
export interface Due extends PersonId, RecordEnd {}

export interface RetentionSources {
  readonly events: Pick<EventStore, 'readAll'>;
  readonly look: Lookup;
}

/**
 * The persons whose retention period has ended on a day: their record ended at least so many years before. They are
 * ordered by kind and id. `years` overrides the number that each kind declares.
 */
export async function recordsDue(sources: RetentionSources, today: Day, years?: number): Promise<Due[]> {
  const due: Due[] = [];
  for (const [kind, { kept }] of personKinds) {
    if (kept === 'until erased by decision') continue;
    due.push(...(await endedBy(sources, kind, kept, yearsBefore(today, years ?? kept.years))));
  }
  return due;
}

/** The persons of a kind whose record ended on or before a day, ordered by id. */
async function endedBy(
  { events, look }: RetentionSources,
  kind: string,
  { begins, end }: KeptForYears,
  last: Day,
): Promise<Due[]> {
  const due: Due[] = [];
  for await (const { stream, metadata } of eventsOfTypes(events, [begins])) {
    const id = streamId(stream);
    const found = await end(id, metadata.on, look);
    if (found && found.ended <= last) due.push({ kind, id, ...found });
  }
  return due.sort((a, b) => (a.id < b.id ? -1 : 1));
}

const yearsBefore = (day: Day, years: number): Day =>
  `${String(Number(day.slice(0, 4)) - years).padStart(4, '0')}${day.slice(4)}`;
