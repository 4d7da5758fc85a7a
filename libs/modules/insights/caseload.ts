import type { RowReader } from '@waymark/core/kernel';
import { find, type Found, one, type Page, paged, type PageOf } from '@waymark/core/projections';
import { type CaseloadRow, caseloads, type OpenBarrier } from '@waymark/modules/journey/views/caseload';
import { type Reminders, toRemindOf } from '@waymark/modules/mentor';
import { type MentorRow, mentors } from '@waymark/modules/mentor/views/mentors';
import type { Names, PupilName } from './names';

/** A pupil in a mentor's caseload. */
export interface CaseloadEntry {
  readonly journey: string;
  readonly pupil: string;
  /** Where whoever asks may see names, and the pupil has not been erased. */
  readonly name?: string;
  readonly school: string;
  readonly yearGroup: number;
  readonly allocatedOn?: string;
  readonly phase: number;
  readonly phaseName: string;
  readonly sessionsHeld: number;
  readonly sessionsNotHeld: number;
  readonly sessionsPlanned: number;
  readonly lastSession?: string;
  readonly nextSession?: string;
  readonly baselineAbsencePercent: number | null;
  readonly barriers: readonly ({ readonly barrier: string } & OpenBarrier)[];
  readonly support: readonly { readonly referral: string; readonly service: string; readonly step: string }[];
}

export interface Caseload extends Page<CaseloadEntry> {
  readonly mentor: string;
  readonly name?: string;
  /** Pupils in the whole caseload, not only on this page. */
  readonly pupils: number;
  /** Of what the mentor was reminded last, as far as it still is to be done. */
  readonly reminders?: Reminders & { readonly on: string };
}

/** A mentor's caseload, with names where they are given; undefined where there is no such mentor. */
export async function caseloadOf(
  rows: RowReader,
  mentor: string,
  page: PageOf,
  names?: Names,
): Promise<Caseload | undefined> {
  const appointed = await one(rows, mentors, mentor);
  if (!appointed) return undefined;
  const found = await find(rows, caseloads, { where: { mentor } });
  const { items, ...rest } = paged(found, ({ key }) => key, page);
  const called = await names?.pupils(items.map(({ row }) => row.pupil));
  const name = (await names?.mentors([mentor]))?.get(mentor);
  const reminders = appointed.reminded && leftOf(appointed.reminded, found);
  return {
    mentor,
    ...(name === undefined ? {} : { name }),
    pupils: found.length,
    ...(reminders && { reminders }),
    items: items.map(({ key, row }) => entry(key, row, called?.get(row.pupil))),
    ...rest,
  };
}

/** Of what a mentor would be reminded on a day, of the pupils in the caseload. */
export const remindersOn = (caseload: readonly Found<CaseloadRow>[], day: string): Reminders =>
  toRemindOf(
    caseload.map(({ key, row }) => ({ journey: key, ...row })),
    day,
  );

/** What is left of a reminder: nothing where all of it has been done since. */
function leftOf(
  { on, overdue, quiet }: NonNullable<MentorRow['reminded']>,
  caseload: readonly Found<CaseloadRow>[],
): Caseload['reminders'] {
  const now = remindersOn(caseload, on);
  const stillOverdue = new Set(now.overdue.map(({ journey, session }) => `${journey} ${session}`));
  const left = {
    overdue: overdue.filter(({ journey, session }) => stillOverdue.has(`${journey} ${session}`)),
    quiet: quiet.filter((journey) => now.quiet.includes(journey)),
  };
  return left.overdue.length + left.quiet.length === 0 ? undefined : { on, ...left };
}

function entry(journey: string, row: CaseloadRow, pupil: PupilName | undefined): CaseloadEntry {
  const sessions = Object.values(row.sessions);
  const days = (...kinds: string[]): string[] =>
    sessions
      .filter(({ is }) => kinds.includes(is))
      .map(({ on }) => on)
      .sort();
  const lastSession = days('held').at(-1);
  const nextSession = days('scheduled')[0];
  return {
    journey,
    pupil: row.pupil,
    ...(pupil ? { name: `${pupil.forename} ${pupil.surname}` } : {}),
    school: row.school,
    yearGroup: row.yearGroup,
    ...(row.allocatedOn === undefined ? {} : { allocatedOn: row.allocatedOn }),
    phase: row.phase,
    phaseName: row.phaseName,
    sessionsHeld: days('held').length,
    sessionsNotHeld: days('missed').length,
    sessionsPlanned: row.sessionsPlanned,
    ...(lastSession === undefined ? {} : { lastSession }),
    ...(nextSession === undefined ? {} : { nextSession }),
    baselineAbsencePercent: row.baselineAbsencePercent,
    barriers: Object.entries(row.barriers)
      .filter(([, { severity }]) => severity !== 0)
      .map(([barrier, open]) => ({ barrier, ...open })),
    support: Object.entries(row.support).map(([referral, open]) => ({ referral, ...open })),
  };
}
