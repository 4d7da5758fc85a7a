import {
  type Day,
  IsDay,
  IsInstant,
  IsList,
  IsText,
  IsUrn,
  isWeekend,
  mondayOf,
  toInstant,
  uuidId,
} from '@waymark/core/fields';
import { type Context, defineModule, event, refuse, slices } from '@waymark/core/kernel';
import type { PupilFacts } from '@waymark/modules/pupil/facts';
import type { SchoolFacts } from '@waymark/modules/school/facts';
import { school } from '@waymark/modules/shared/rights';
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

/** A recording in an event. */
export interface MarkRecorded extends Recording {
  /** A later recording of the same day was known already: this one is kept, but does not stand. */
  readonly superseded?: true;
}

export interface AttendanceEvents {
  /** What a school recorded of a pupil's week, or of some days of it: marks made first, and marks that mend them. */
  AttendanceRecorded: {
    readonly school: string;
    readonly week: Day;
    readonly marks: readonly MarkRecorded[];
  };
}

export class MarkPart {
  @IsDay('2025-09-03') on!: string;
  /** The morning's code; `-` or nothing where no mark was made. */
  @IsText('/', 2) am!: string;
  /** The afternoon's code. */
  @IsText('\\', 2) pm!: string;
  /** When the school recorded it. The latest recording of a day stands, in whatever order they arrive. */
  @IsInstant('2025-09-03T16:00:00Z') at!: string;
}

/** Record a pupil's marks of some days; marks recorded later mend earlier ones. */
export class RecordAttendance {
  @IsUrn() school!: string;
  @IsList(() => MarkPart, 500) marks!: MarkPart[];
}

const { on, slice } = slices<Register>();

/** Why a mark cannot be taken. */
export type MarkFault =
  | 'NOT_A_SCHOOL_DAY'
  | 'UNKNOWN_CODE'
  | 'CODE_NOT_IN_USE'
  | 'WRONG_SESSION'
  | 'INVALID_RECORDED_AT'
  | 'CONFLICTING_MARK';

const faults: Readonly<Record<MarkFault | 'SCHOOL_MISMATCH', string>> = {
  SCHOOL_MISMATCH: 'The pupil is at another school on that day.',
  NOT_A_SCHOOL_DAY: 'A register has no Saturdays and Sundays.',
  UNKNOWN_CODE: 'The code is none of the national attendance codes.',
  CODE_NOT_IN_USE: 'The code is not in use on that day.',
  WRONG_SESSION: '/ is a mark of the morning and \\ of the afternoon.',
  INVALID_RECORDED_AT: 'The time of recording must be a moment such as 2025-09-03T16:00:00Z.',
  CONFLICTING_MARK: 'Other marks were recorded for that day at the same moment.',
};

/** What is wrong with a mark in itself, in the order in which reasons are named. `at` must be in UTC already. */
export function faultOf({ on: day, am, pm }: Omit<Recording, 'at'>): MarkFault | undefined {
  if (isWeekend(day)) return 'NOT_A_SCHOOL_DAY';
  if (!isKnownMark(am) || !isKnownMark(pm)) return 'UNKNOWN_CODE';
  if (!isInUse(am, day) || !isInUse(pm, day)) return 'CODE_NOT_IN_USE';
  if (!isOfHalf(am, 'am') || !isOfHalf(pm, 'pm')) return 'WRONG_SESSION';
  return undefined;
}

/** What is recorded of some days, while further marks are compared with it one by one. */
export class KnownDays {
  private readonly days = new Map<Day, Recording[]>();

  constructor(private readonly register: Register) {}

  /** How a mark stands to what is recorded of its day: new (and from now on recorded), there already, or against it. */
  take(mark: Recording): 'new' | 'repeated' | 'CONFLICTING_MARK' {
    const known = this.of(mark.on);
    const same = known.find(({ at }) => at === mark.at);
    if (same) return same.am === mark.am && same.pm === mark.pm ? 'repeated' : 'CONFLICTING_MARK';
    known.push(mark);
    return 'new';
  }

  /** True where there is no later recording of the day. */
  stands({ on: day, at }: Recording): boolean {
    return latest(this.of(day))?.at === at;
  }

  private of(day: Day): Recording[] {
    let known = this.days.get(day);
    if (!known) this.days.set(day, (known = [...recordingsOf(this.register, day)]));
    return known;
  }
}

interface Facts {
  readonly pupil: PupilFacts;
  readonly school: SchoolFacts;
}

const marking = slice<AttendanceEvents>({
  decide: {
    RecordAttendance: on(
      RecordAttendance,
      ({ school, marks }, register, { facts: { pupil } }: Context<Facts>) => {
        const fresh = new Map<Day, Recording[]>();
        const known = new KnownDays(register);
        for (const mark of marks) {
          const recording = asRecording(mark);
          if (pupil.schoolOn(mark.on) !== school) refuseMark('SCHOOL_MISMATCH');
          const fault = faultOf(recording);
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
        by: school,
        creates: true,
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
});

export const attendance = defineModule(
  {
    name: 'attendance',
    plural: 'attendance',
    id: { ...uuidId, description: "the pupil's id" },
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
