import type { Journey, Pupil } from '@waymark/domain';
import type { RowReader } from '@waymark/kernel';
import type { Submitter } from '@waymark/runtime';
import { caseloads, every } from '@waymark/views';
import type { Day } from '@waymark/vocabulary';

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
  { record: 'who looked at whose record', kept: 'for as long as the log', source: CONTROLLER },
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

/** A pupil whose record has been kept for long enough. */
export interface Due {
  readonly pupil: string;
  /** The day on which the last journey ended. */
  readonly ended: Day;
  readonly kept?: KeptFor;
}

/** After any day: when a journey ends that goes on. */
const NEVER: Day = '9999-12-31';

export interface RetentionSources {
  readonly rows: RowReader;
  readonly submitter: Pick<Submitter, 'load'>;
}

/** Pupils whose last journey ended so many years before a day or earlier, in the order of their ids. */
export async function pupilsDue(
  { rows, submitter }: RetentionSources,
  today: Day,
  years = JOURNEYS_KEPT,
): Promise<Due[]> {
  const last = `${String(Number(today.slice(0, 4)) - years).padStart(4, '0')}${today.slice(4)}`;
  const ends = new Map<string, Day>();
  for await (const { key, row } of every(rows, caseloads)) {
    const { end } = row.ended ? ((await submitter.load('journey', key)).state as Journey) : {};
    const on = end?.on ?? NEVER;
    if (on > (ends.get(row.pupil) ?? '')) ends.set(row.pupil, on);
  }
  const due: Due[] = [];
  for (const [pupil, ended] of ends) {
    if (ended > last) continue;
    const { erasure, holds, restricted } = (await submitter.load('pupil', pupil)).state as Pupil;
    if (erasure) continue;
    const kept = holds.length > 0 ? 'LEGAL_HOLD' : restricted ? 'PROCESSING_RESTRICTED' : undefined;
    due.push({ pupil, ended, ...(kept && { kept }) });
  }
  return due.sort((a, b) => (a.pupil < b.pupil ? -1 : 1));
}
