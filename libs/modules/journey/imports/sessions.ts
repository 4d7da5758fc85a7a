import { addDays, type Day, isDay, isUpn } from '@waymark/core/fields';
import {
  columns,
  type People,
  readTable,
  Rejection,
  rowByRowOf,
  type SourceFile,
  type RowImporter,
  type ImportServices,
  type RowSending,
} from '@waymark/core/imports';
import { Refusal, type Scope } from '@waymark/core/kernel';
import type { AttendanceFacts } from '@waymark/modules/attendance/facts';
import { scopesOfPupil } from '@waymark/modules/pupil/facts';
import { scopesOfJourney } from '../facts';
import { HoldSession, RecordSessionNotHeld, type NotHeldReason } from '../sessions';
import type { Journey } from '../state';

/** Reasons by the outcome code of a session that was not held. */
const notHeld: Readonly<Record<string, NotHeldReason>> = {
  MISSED_PUPIL_ABSENT: 'PUPIL_ABSENT',
  MISSED_PUPIL_ILL: 'PUPIL_ILL',
  MISSED_PUPIL_EXAM: 'PUPIL_EXAM',
  MISSED_PUPIL_DECLINED: 'PUPIL_DECLINED',
  MISSED_PUPIL_DID_NOT_COME: 'PUPIL_DID_NOT_COME',
  CANCELLED_MENTOR: 'MENTOR_UNAVAILABLE',
  CANCELLED_NO_ROOM: 'NO_ROOM',
  CANCELLED_SCHOOL_CLOSED: 'SCHOOL_CLOSED',
};

/** Imports mentoring sessions, held and not held. */
export const sessionImporter = (
  services: ImportServices,
  people: People,
  { sending: { sender }, programme, commandsFor }: RowSending,
): RowImporter => ({
  chunk: 500,
  importRows: rowByRowOf(pupilOf(people), async (cells, row, warn) => {
    const [upn = '', mentor = '', on = '', outcome = '', minutes, mode, place, phase] = cells;
    if (!isUpn(upn)) throw new Rejection('INVALID_UPN');
    const pupil = await people.pupil(upn);
    if (pupil === undefined) throw new Rejection('UNKNOWN_PUPIL');
    const journey = await people.journey(await programme(), pupil);
    const scopes = async (): Promise<readonly Scope[]> => [
      ...(await scopesOfPupil(pupil, services.look)),
      ...(journey === undefined ? [] : await scopesOfJourney(journey, services.look)),
    ];
    if (!(await sender.reaches('HoldSession', scopes))) throw new Rejection('UNKNOWN_PUPIL');
    if (journey === undefined) throw new Rejection('NOT_REFERRED');
    if (!isDay(on)) throw new Rejection('INVALID_DATE');
    // The session's id is derived from the whole row, so that a second import of the file finds the same session.
    const known = ((await services.submitter.load('journey', journey)).state as Journey).sessions;
    const session = services.submitter.ids.recorded(
      (id) => id in known,
      'session',
      journey,
      ...cells.slice(1),
    );
    const commands = commandsFor(row);
    const reason = Object.hasOwn(notHeld, outcome) ? notHeld[outcome] : undefined;
    if (outcome !== 'HELD' && reason === undefined) throw new Rejection('UNKNOWN_OUTCOME');
    try {
      if (reason)
        await commands.send('journey', journey, RecordSessionNotHeld, { session, mentor, on, reason });
      else {
        await commands.send('journey', journey, HoldSession, {
          session,
          mentor,
          on,
          minutes: Number(minutes),
          mode,
          place,
          ...(phase ? { phase: Number(phase) } : {}),
        });
      }
    } catch (error) {
      // The session was corrected or voided since. The row is a repeat, and the correction stays.
      if (error instanceof Refusal && error.code === 'SESSION_ALREADY_RECORDED') return 'repeated';
      throw error;
    }
    for (const warning of await warningsAbout(services, journey, pupil, on, reason === undefined))
      warn(warning);
    return commands.outcome();
  }),
});

/**
 * The pupil of a row, by current or former UPN. A pupil's rows are processed in order, because phases must follow in
 * order.
 */
const pupilOf =
  (people: People) =>
  async (upn: string): Promise<string> =>
    (isUpn(upn) ? await people.pupil(upn) : undefined) ?? upn;

/** Codes of warnings about a session that is unusual but may be correct. */
async function warningsAbout(
  { submitter }: ImportServices,
  journeyId: string,
  pupil: string,
  on: Day,
  held: boolean,
): Promise<string[]> {
  const warnings: string[] = [];
  const register = await submitter.facts<AttendanceFacts>('attendance', pupil);
  if (held && register?.absentOn(on)) warnings.push('PUPIL_ABSENT_THAT_DAY');
  const { state } = await submitter.load('journey', journeyId);
  const { sessions, model } = state as Journey;
  const first = Object.values(sessions).reduce((day, session) => (session.on < day ? session.on : day), on);
  if (model && on >= addDays(first, 7 * model.weeks)) warnings.push('LATER_THAN_PLANNED');
  return warnings;
}

/** Number of rows read at once. */
const AT_ONCE = 1_000;

/** Mentor and day of each pupil's first session in the files, by the pupil's id, under current and former UPNs. */
export async function firstSessions(
  files: readonly SourceFile[],
  people: People,
): Promise<Map<string, { readonly mentor: string; readonly on: Day }>> {
  const first = new Map<string, { mentor: string; on: Day }>();
  for (const file of files) {
    for await (const rows of readTable(file, columns.sessions, AT_ONCE)) {
      for (const { cells } of rows) {
        const [upn, mentor, on] = cells ?? [];
        if (!upn || !mentor || !isDay(on)) continue;
        const pupil = isUpn(upn) ? await people.pupil(upn) : undefined;
        if (pupil === undefined) continue;
        const known = first.get(pupil);
        if (!known || on < known.on) first.set(pupil, { mentor, on });
      }
    }
  }
  return first;
}
