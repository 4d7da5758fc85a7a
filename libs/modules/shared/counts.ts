/** Half-day sessions of a register over some period, for one pupil or many. */
export interface Counts {
  /** attended + authorised + unauthorised: sessions that the pupil was to be there for. */
  readonly possible: number;
  readonly attended: number;
  readonly authorised: number;
  readonly unauthorised: number;
  /** Sessions recorded with a code that does not count (dual registered, school closed, not required to attend). */
  readonly notPossible: number;
  /** Sessions for which the register says nothing: missing, not absent. */
  readonly noMark: number;
  /** L + U: late before or after the register closed. */
  readonly late: number;
}

export const noCounts: Counts = {
  possible: 0,
  attended: 0,
  authorised: 0,
  unauthorised: 0,
  notPossible: 0,
  noMark: 0,
  late: 0,
};

export const added = (a: Counts, b: Counts): Counts => ({
  possible: a.possible + b.possible,
  attended: a.attended + b.attended,
  authorised: a.authorised + b.authorised,
  unauthorised: a.unauthorised + b.unauthorised,
  notPossible: a.notPossible + b.notPossible,
  noMark: a.noMark + b.noMark,
  late: a.late + b.late,
});

/**
 * Sessions of a kind as a percentage of the possible ones; null where none was possible, never 0.
 * For a group, add the sessions up first.
 */
export const percentOf = (sessions: number, possible: number): number | null =>
  possible > 0 ? (100 * sessions) / possible : null;

export const absentSessions = ({ authorised, unauthorised }: Counts): number => authorised + unauthorised;

/** Absence rate = (authorised + unauthorised) ÷ possible, in per cent. */
export const absencePercent = (counts: Counts): number | null =>
  percentOf(absentSessions(counts), counts.possible);

/** Persistently absent: a tenth of the possible sessions or more, in integers, so that exactly 10% is. */
export const isPersistent = (counts: Counts): boolean =>
  counts.possible > 0 && 10 * absentSessions(counts) >= counts.possible;

/** Severely absent: half of the possible sessions or more. */
export const isSevere = (counts: Counts): boolean =>
  counts.possible > 0 && 2 * absentSessions(counts) >= counts.possible;

/** Whom a programme is for: from `minAbsencePercent` up to, not including, `maxAbsencePercentExclusive`. */
export interface EligibilityBand {
  readonly minAbsencePercent: number;
  readonly maxAbsencePercentExclusive: number;
}

export const isWithinBand = (counts: Counts, band: EligibilityBand): boolean =>
  counts.possible > 0 &&
  100 * absentSessions(counts) >= band.minAbsencePercent * counts.possible &&
  100 * absentSessions(counts) < band.maxAbsencePercentExclusive * counts.possible;

/** A percentage as reports show it: four decimals, halves to the even digit. */
export function rounded(percent: number | null): number | null {
  if (percent === null) return null;
  const whole = Math.floor(percent * 10_000);
  const rest = percent * 10_000 - whole;
  return (whole + (rest > 0.5 || (rest === 0.5 && whole % 2 !== 0) ? 1 : 0)) / 10_000;
}
