import type { Submitter } from '@waymark/core/commands';
import type { Day } from '@waymark/core/fields';
import { type EventStore, type RowReader, streamId } from '@waymark/core/kernel';
import { eventsOfTypes } from '@waymark/core/log';
import { every } from '@waymark/core/projections';
import type { DomainEvents } from '@waymark/modules/domain';
import type { Journey } from '@waymark/modules/journey';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import type { Person } from '@waymark/modules/people';
import type { Pupil } from '@waymark/modules/pupil';
import type { PersonId } from './kinds';

/** How long one kind of record is kept, and who says so. */
export interface RetentionRule {
  readonly record: string;
  readonly kept: string;
  /** What sees to it; undefined where people have to. */
  readonly by?: string;
  readonly source: string;
}

/** Years for which a pupil's record is kept after the end of the last journey. */
export const JOURNEYS_KEPT = 6;

/** Years for which the record of somebody who works with the service is kept after the end of their last role. */
export const STAFF_KEPT = 6;

const CONTROLLER = 'set by the controller';

/** How long every kind of record is kept. What the controller sets is a proposal, for them to confirm. */
export const retentionRules: readonly RetentionRule[] = [
  {
    record: 'a pupil: names, number, birth date, words written of them',
    kept: `until ${JOURNEYS_KEPT} years after the end of the last journey, then erased; a legal hold or a restriction goes before`,
    by: 'the job `retention`',
    source: `${CONTROLLER}; schools keep their own registers for six years (School Attendance (Pupil Registration) (England) Regulations 2024), which these are copies of`,
  },
  {
    record: 'a pupil’s marks, phases and sessions, without the person',
    kept: 'for as long as the log',
    source:
      'no personal data once the key is destroyed and nothing else leads back: to be confirmed by the controller',
  },
  { record: 'a mentor: the name', kept: 'until the mentor is erased', source: CONTROLLER },
  {
    record:
      'somebody who works with the service: the name, the subject of their tokens, the reasons they gave',
    kept: `until ${STAFF_KEPT} years after the end of their last role, then erased`,
    by: 'the job `retention`',
    source: `${CONTROLLER}; until then it can be said by name who looked at a record or changed it, for as long as a claim can be brought over it (Limitation Act 1980, section 2)`,
  },
  { record: 'their roles, and who gave them: ids', kept: 'for as long as the log', source: CONTROLLER },
  {
    record: 'who looked at whose record, and who recorded what: ids, without the people',
    kept: 'for as long as the log',
    source:
      'UK GDPR Articles 5(2) and 32; no personal data once both are erased whose ids it holds, and nothing else leads back: to be confirmed by the controller',
  },
  { record: 'an export', kept: 'a week', by: 'the job `tidying`', source: CONTROLLER },
  {
    record: 'a file that was sent',
    kept: 'until its import is finished; a day where there was none; where it failed, until that is decided',
    by: 'the import, and the job `tidying`',
    source: CONTROLLER,
  },
  {
    record: 'a data key',
    kept: 'until its person is erased; in backups of keys for a shorter time than in those of data',
    source: 'UK GDPR Article 17',
  },
  {
    record: 'that somebody was erased: the id, the ground and the time',
    kept: 'for as long as the log',
    source: 'UK GDPR Article 5(2): the controller must be able to show it',
  },
];

/** Why a pupil is not erased though the time is over. */
export type KeptFor = 'LEGAL_HOLD' | 'PROCESSING_RESTRICTED';

/** Somebody whose record has been kept for long enough. */
export interface Due extends PersonId {
  /** The day on which the last journey ended, or the last role. */
  readonly ended: Day;
  readonly kept?: KeptFor;
}

/** After any day: when a journey ends that goes on, or a role. */
const NEVER: Day = '9999-12-31';

export interface RetentionSources {
  readonly rows: RowReader;
  readonly events: Pick<EventStore, 'readAll'>;
  readonly submitter: Pick<Submitter, 'load'>;
}

/** Everybody whose record has been kept for long enough on a day, by kind and id. */
export const recordsDue = async (sources: RetentionSources, today: Day): Promise<Due[]> => [
  ...(await pupilsDue(sources, today)),
  ...(await staffDue(sources, today)),
];

/** Pupils whose last journey ended so many years before a day or earlier, in the order of their ids. */
export async function pupilsDue(
  { rows, submitter }: RetentionSources,
  today: Day,
  years = JOURNEYS_KEPT,
): Promise<Due[]> {
  const last = yearsBefore(today, years);
  const ends = new Map<string, Day>();
  for await (const { key, row } of every(rows, caseloads)) {
    const { end } = row.ended ? ((await submitter.load('journey', key)).state as Journey) : {};
    const on = end?.on ?? NEVER;
    if (on > (ends.get(row.pupil) ?? '')) ends.set(row.pupil, on);
  }
  const due: Due[] = [];
  for (const [id, ended] of ends) {
    if (ended > last) continue;
    const { erasure, holds, restricted } = (await submitter.load('pupil', id)).state as Pupil;
    if (erasure) continue;
    const kept = holds.length > 0 ? 'LEGAL_HOLD' : restricted ? 'PROCESSING_RESTRICTED' : undefined;
    due.push({ kind: 'pupil', id, ended, ...(kept && { kept }) });
  }
  return due.sort(byId);
}

/**
 * Whoever worked with the service and whose last role ended so many years before a day or earlier, in the order of their ids.
 * Who never had any is counted from the day on which they became known.
 */
export async function staffDue(
  { events, submitter }: RetentionSources,
  today: Day,
  years = STAFF_KEPT,
): Promise<Due[]> {
  const last = yearsBefore(today, years);
  const due: Due[] = [];
  for await (const { stream, metadata } of eventsOfTypes(events, [
    'PersonRegistered',
  ] satisfies (keyof DomainEvents)[])) {
    const id = streamId(stream);
    const { erasure, assignments } = (await submitter.load('person', id)).state as Person;
    const ends = Object.values(assignments).map(({ until = NEVER }) => until);
    const ended = ends.sort().at(-1) ?? metadata.on;
    if (!erasure && ended <= last) due.push({ kind: 'person', id, ended });
  }
  return due.sort(byId);
}

const yearsBefore = (day: Day, years: number): Day =>
  `${String(Number(day.slice(0, 4)) - years).padStart(4, '0')}${day.slice(4)}`;

const byId = (a: Due, b: Due): number => (a.id < b.id ? -1 : 1);
