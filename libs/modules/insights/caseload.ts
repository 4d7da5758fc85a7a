import { Type } from '@sinclair/typebox';
import type { RowReader } from '@waymark/core/kernel';
import { find, type Found, one, paged, type PageOf } from '@waymark/core/projections';
import {
  type Answer,
  count,
  day,
  object,
  oneOf,
  pageWith,
  percentOrNull,
  text,
  uuid,
} from '@waymark/core/questions';
import { barrierKind, severity } from '@waymark/modules/journey/questions/journey-document';
import { type CaseloadRow, caseloads, openSteps } from '@waymark/modules/journey/views/caseload';
import { type Reminders, reminderFor } from '@waymark/modules/mentor';
import { type MentorRow, mentors } from '@waymark/modules/mentor/views/mentors';
import type { Names, PupilName } from './names';

/** A pupil in a mentor's caseload. */
const caseloadEntry = object(
  {
    journey: uuid(),
    pupil: uuid(),
    name: Type.Optional(text('Absent if you may not see it, or if the pupil has been erased.')),
    school: text('The URN.'),
    yearGroup: Type.Integer(),
    allocatedOn: Type.Optional(day()),
    phase: count('1 for the first phase.'),
    phaseName: text(),
    sessionsHeld: count(),
    sessionsNotHeld: count(),
    sessionsPlanned: count('Sessions planned by the delivery model for the whole journey.'),
    lastSession: Type.Optional(day('The latest held session.')),
    nextSession: Type.Optional(day('The next scheduled session.')),
    baselineAbsencePercent: percentOrNull(
      'In per cent of the possible sessions; null before eligibility is assessed.',
    ),
    barriers: Type.Array(
      object({
        barrier: uuid(),
        kind: barrierKind,
        severity: Type.Optional(severity),
        awaitsDecision: Type.Optional(
          Type.Literal(true, { description: 'A safeguarding decision is needed and has not been made yet.' }),
        ),
      }),
      { description: 'Open barriers.' },
    ),
    support: Type.Array(
      object({
        referral: uuid(),
        service: Type.Optional(
          text('Absent if you may not see text about the pupil, or if the pupil has been erased.'),
        ),
        step: oneOf(openSteps),
      }),
      { description: 'Open support referrals.' },
    ),
  },
  { $id: 'CaseloadEntry' },
);

export type CaseloadEntry = Answer<typeof caseloadEntry>;

export const caseloadSchema = pageWith(
  {
    mentor: text(),
    name: Type.Optional(text()),
    pupils: count(
      'Number of pupils in the whole caseload whose journeys you may see, not only on this page.',
    ),
    reminders: Type.Optional(
      object(
        {
          on: day(),
          overdue: Type.Array(object({ journey: uuid(), session: uuid(), on: day() }), {
            description: 'Scheduled sessions without an outcome.',
          }),
          quiet: Type.Array(uuid(), { description: 'Journeys without a session for 14 days.' }),
        },
        { description: 'The open items of the mentor’s latest reminder.' },
      ),
    ),
  },
  caseloadEntry,
  { $id: 'Caseload' },
);

export type Caseload = Answer<typeof caseloadSchema>;

interface CaseloadOptions {
  /** Names to add to the rows. */
  readonly names?: Names | undefined;
  /** Whether a journey may be shown; every journey, if left out. */
  readonly maySee?: (journey: string) => Promise<boolean>;
}

/** A mentor's caseload, with names if they are given; undefined if the mentor does not exist. */
export async function caseloadOf(
  rows: RowReader,
  mentor: string,
  page: PageOf,
  { names, maySee = () => Promise.resolve(true) }: CaseloadOptions = {},
): Promise<Caseload | undefined> {
  const appointed = await one(rows, mentors, mentor);
  if (!appointed) return undefined;
  const all = await find(rows, caseloads, { where: { mentor } });
  const seen = await Promise.all(all.map(({ key }) => maySee(key)));
  const found = all.filter((_, index) => seen[index]);
  const { items, ...rest } = paged(found, ({ key }) => key, page);
  const called = await names?.pupils(items.map(({ row }) => row.pupil));
  const services = await names?.services(items.map(({ key }) => key));
  const name = (await names?.mentors([mentor]))?.get(mentor);
  const reminders = appointed.reminded && stillOpen(appointed.reminded, found);
  return {
    mentor,
    ...(name === undefined ? {} : { name }),
    pupils: found.length,
    ...(reminders && { reminders }),
    items: items.map(({ key, row }) => entry(key, row, called?.get(row.pupil), services)),
    ...rest,
  };
}

/** The reminder for a caseload on a day. */
export const remindersOn = (caseload: readonly Found<CaseloadRow>[], day: string): Reminders =>
  reminderFor(
    caseload.map(({ key, row }) => ({ journey: key, ...row })),
    day,
  );

/** The items of a reminder that are still open; undefined if there are none. */
function stillOpen(
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

function entry(
  journey: string,
  row: CaseloadRow,
  pupil: PupilName | undefined,
  services: ReadonlyMap<string, string> = new Map(),
): CaseloadEntry {
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
    sessionsNotHeld: days('not held').length,
    sessionsPlanned: row.sessionsPlanned,
    ...(lastSession === undefined ? {} : { lastSession }),
    ...(nextSession === undefined ? {} : { nextSession }),
    baselineAbsencePercent: row.baselineAbsencePercent,
    barriers: Object.entries(row.barriers)
      .filter(([, { severity }]) => severity !== 0)
      .map(([barrier, open]) => ({ barrier, ...open })),
    support: Object.entries(row.support).map(([referral, { step }]) => {
      const service = services.get(referral);
      return { referral, ...(service !== undefined && { service }), step };
    }),
  };
}
