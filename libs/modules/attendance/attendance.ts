import {
  addDays,
  type Day,
  type Instant,
  IsDay,
  IsInstant,
  IsList,
  IsText,
  NotPersonal,
  IsUrn,
  isWeekend,
  type Moment,
  mondayOf,
  toInstant,
  uuidId,
} from '@waymark/core/fields';
import { type Context, defineModule, event, type EventMetadata, refuse, slices } from '@waymark/core/kernel';
import { type PupilFacts, scopesForIntakeOn } from '@waymark/modules/pupil/facts';
import type { SchoolFacts } from '@waymark/modules/school/facts';
import { importing, school } from '@waymark/modules/shared/rights';
import { isInUse, isKnownMark, isOfHalf, normalMark } from './codes';
import type { AttendanceFacts } from './facts';
import {
  countsOver,
  emptyRegister,
  latest,
  type Recording,
  recordingsOf,
  type Register,
  withRecordings,
} from './register';

/** One recording in an event. */
export interface MarkRecorded extends Recording {
  /** True if a later recording of the same day was already known: this one is kept but is not in force. */
  readonly superseded?: true;
}

export interface AttendanceEvents {
  /** A school's marks for a pupil were recorded for days of one week: first marks or corrections. */
  AttendanceRecorded: {
    readonly school: string;
    readonly week: Day;
    readonly marks: readonly MarkRecorded[];
  };
}

/** Why a mark is not personal text. */
const CODE = 'one of the codes of the register, at most two characters';

export class MarkPart {
  @IsDay('2025-09-03') on!: string;
  /** The morning's code; `-` or an empty text for a missing mark. */
  @NotPersonal(CODE) @IsText('/', 2) am!: string;
  /** The afternoon's code. */
  @NotPersonal(CODE) @IsText('\\', 2) pm!: string;
  /**
   * When the school recorded the marks. The recording with the latest time is in force, regardless of the order of
   * arrival.
   */
  @IsInstant('2025-09-03T16:00:00Z') at!: string;
}

/** Record a pupil's marks for some days. Marks with a later time of recording correct earlier ones. */
export class RecordAttendance {
  @IsUrn() school!: string;
  @IsList(() => MarkPart, 500) marks!: MarkPart[];
}

const { on, slice } = slices<Register>();

/** Why marks cannot be recorded. */
export type MarkFault =
  | 'NOT_A_SCHOOL_DAY'
  | 'UNKNOWN_CODE'
  | 'CODE_NOT_IN_USE'
  | 'WRONG_SESSION'
  | 'INVALID_RECORDED_AT'
  | 'RECORDED_IN_FUTURE'
  | 'CONFLICTING_MARK';

const faults: Readonly<Record<MarkFault | 'SCHOOL_MISMATCH', string>> = {
  SCHOOL_MISMATCH: 'The pupil is at another school on that day. Check the school and the day.',
  NOT_A_SCHOOL_DAY: 'The day is a Saturday or Sunday, which a register does not have. Correct the day.',
  UNKNOWN_CODE: 'The code is not a national attendance code. Correct the code.',
  CODE_NOT_IN_USE: 'The code is not in use on that day. Use a code that is.',
  WRONG_SESSION: 'The code belongs to the other half of the day. Use / for mornings and \\ for afternoons.',
  INVALID_RECORDED_AT: 'The time of recording is invalid. Write it like 2025-09-03T16:00:00Z.',
  RECORDED_IN_FUTURE: 'The time of recording is in the future. Check the clock of the sending system.',
  CONFLICTING_MARK: 'Different marks have the same day and time of recording. Correct the time of recording.',
};

/**
 * The first fault of a recording by itself, in the order of the checks; undefined if there is none. `now` is the service's
 * clock: a later recording corrects an earlier one, so a time far in the future could never be corrected.
 */
export function faultOf({ on: day, am, pm, at }: Recording, now: Moment): MarkFault | undefined {
  if (isWeekend(day)) return 'NOT_A_SCHOOL_DAY';
  if (!isKnownMark(am) || !isKnownMark(pm)) return 'UNKNOWN_CODE';
  if (!isInUse(am, day) || !isInUse(pm, day)) return 'CODE_NOT_IN_USE';
  if (!isOfHalf(am, 'am') || !isOfHalf(pm, 'pm')) return 'WRONG_SESSION';
  if (at > latestPlausible(now)) return 'RECORDED_IN_FUTURE';
  return undefined;
}

/** The latest time of recording that is believed: clocks of other systems may be wrong by a day. */
const latestPlausible = (now: Moment): Instant => `${addDays(now.slice(0, 10), 1)}${now.slice(10, 19)}Z`;

/**
 * Schema 1 accepted every time of recording. One that was still to come counts as the time at which the service recorded it,
 * so that a later recording can correct it.
 */
const boundTimes = (
  recorded: AttendanceEvents['AttendanceRecorded'],
  { recordedAt }: EventMetadata,
): AttendanceEvents['AttendanceRecorded'] => {
  const limit = latestPlausible(recordedAt);
  if (recorded.marks.every(({ at }) => at <= limit)) return recorded;
  const marks = recorded.marks.map((mark) =>
    mark.at <= limit ? mark : { ...mark, at: `${recordedAt.slice(0, 19)}Z` },
  );
  return { ...recorded, marks };
};

/** The known recordings of a pupil's days, while new marks are compared with them one by one. */
export class KnownDays {
  private readonly days = new Map<Day, Recording[]>();

  constructor(private readonly register: Register) {}

  /**
   * Compares a mark with the known recordings: `new` (it is then added), `repeated`, or conflicting with one of the
   * same time.
   */
  take(mark: Recording): 'new' | 'repeated' | 'CONFLICTING_MARK' {
    const known = this.of(mark.on);
    const same = known.find(({ at }) => at === mark.at);
    if (same) return same.am === mark.am && same.pm === mark.pm ? 'repeated' : 'CONFLICTING_MARK';
    known.push(mark);
    return 'new';
  }

  /** Whether no later recording of the day is known. */
  stands({ on: day, at }: Recording): boolean {
    return latest(this.of(day))?.at === at;
  }

  private of(day: Day): Recording[] {
    let known = this.days.get(day);
    if (!known) this.days.set(day, (known = [...recordingsOf(this.register, day)]));
    return known;
  }
}

const days = (marks: readonly MarkPart[]): Day[] => [...new Set(marks.map(({ on: day }) => day))];

interface Facts {
  readonly pupil: PupilFacts;
  readonly school: SchoolFacts;
}

const marking = slice<AttendanceEvents>({
  decide: {
    RecordAttendance: on(
      RecordAttendance,
      ({ school, marks }, register, { now, facts: { pupil } }: Context<Facts>) => {
        const fresh = new Map<Day, Recording[]>();
        const known = new KnownDays(register);
        for (const mark of marks) {
          const recording = asRecording(mark);
          if (pupil.schoolOn(mark.on) !== school) refuseMark('SCHOOL_MISMATCH');
          const fault = faultOf(recording, now);
          if (fault) refuseMark(fault);
          const compared = known.take(recording);
          if (compared === 'CONFLICTING_MARK') refuseMark(compared);
          if (compared === 'repeated') continue;
          const week = mondayOf(mark.on);
          const ofWeek = fresh.get(week);
          if (ofWeek) ofWeek.push(recording);
          else fresh.set(week, [recording]);
        }
        return [...fresh]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([week, recordings]) =>
            event('AttendanceRecorded', recordings[0]!.on, {
              school,
              week,
              marks: recordings.map((recording): MarkRecorded =>
                known.stands(recording) ? recording : { ...recording, superseded: true },
              ),
            }),
          );
      },
      {
        by: { ...school, ...importing },
        creates: true,
        // The school of the day records the marks of the day.
        places: ({ marks }, { id }, look) =>
          Promise.all(days(marks).map((day) => scopesForIntakeOn(day, id, look))),
        needs: {
          pupil: ['pupil', (_command, _register, id) => id],
          school: ['school', ({ school }) => school],
        },
      },
    ),
  },
  evolve: {
    AttendanceRecorded: (register, { week, marks }) => withRecordings(register, week, marks),
  },
  upcast: { AttendanceRecorded: [boundTimes] },
});

export const attendance = defineModule(
  {
    name: 'attendance',
    plural: 'attendance',
    id: { ...uuidId, description: "the pupil's id", example: '0b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b10' },
    initial: emptyRegister,
    subject: (_: Register, id: string) => id,
    facts: (register: Register): AttendanceFacts => ({
      countsOver: (period) => countsOver(register, period),
      absentOn: (day) => {
        const counts = countsOver(register, { from: day, to: day });
        return counts.possible > 0 && counts.attended === 0;
      },
    }),
  },
  [marking],
);

function refuseMark(fault: MarkFault | 'SCHOOL_MISMATCH'): never {
  return refuse(fault, faults[fault], 'invalid');
}

function asRecording({ on: day, am, pm, at }: MarkPart): Recording {
  return {
    on: day,
    am: normalMark(am),
    pm: normalMark(pm),
    at: toInstant(at) ?? refuseMark('INVALID_RECORDED_AT'),
  };
}
