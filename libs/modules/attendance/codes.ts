import type { Day } from '@waymark/core/fields';
import { type Counts, noCounts } from '@waymark/modules/shared/counts';

export const countsAs = ['attended', 'authorised', 'unauthorised', 'notPossible'] as const;
export type CountsAs = (typeof countsAs)[number];

/** A national attendance code. */
export interface AttendanceCode {
  readonly code: string;
  readonly meaning: string;
  readonly countsAs: CountsAs;
  /** First and last day of use, if the code has not always been in use. */
  readonly from?: Day;
  readonly until?: Day;
  /** One character for the code on a register page and in some suppliers' files. */
  readonly symbol: string;
}

const REFORM = '2024-08-19';
const BEFORE_REFORM = '2024-08-18';

/**
 * The national codes (The School Attendance (Pupil Registration) (England) Regulations 2024; Department for
 * Education, Working together to improve school attendance), and the codes that those rules ended.
 */
export const attendanceCodes: readonly AttendanceCode[] = [
  ...counting('attended', {
    '/': 'Present (morning)',
    '\\': 'Present (afternoon)',
    L: 'Late before the register closed',
    V: 'Attending an educational visit or trip',
    P: 'Participating in a sporting activity',
    W: 'Attending work experience',
    B: 'Attending any other approved educational activity',
  }),
  ...counting('attended', { K: 'Attending provision arranged by the local authority' }, { from: REFORM }),
  ...counting('attended', { J: 'At an interview' }, { until: BEFORE_REFORM }),
  ...counting('authorised', {
    C: 'Leave of absence for exceptional circumstances',
    E: 'Suspended or permanently excluded with no provision made',
    I: 'Illness (not a medical or dental appointment)',
    M: 'Leave of absence for a medical or dental appointment',
    R: 'Religious observance',
    S: 'Leave of absence for studying for a public examination',
    T: 'Parent travelling for occupational purposes',
  }),
  ...counting(
    'authorised',
    {
      C1: 'Leave of absence for a regulated performance or employment abroad',
      C2: 'Leave of absence for a temporary part-time timetable',
      J1: 'Leave of absence for an interview',
    },
    { from: REFORM },
  ),
  ...counting(
    'authorised',
    { F: 'Extended family holiday (agreed)', H: 'Holiday authorised by the school' },
    { until: BEFORE_REFORM },
  ),
  ...counting('unauthorised', {
    G: 'Holiday not granted by the school',
    N: 'Reason for absence not yet established',
    O: 'Absent in other or unknown circumstances',
    U: 'Arrived after the register closed',
  }),
  ...counting('notPossible', {
    D: 'Dual registered at another school',
    X: 'Non-compulsory school age pupil not required to attend',
    Z: 'Prospective pupil not yet on the register',
    '#': 'Planned whole-school closure',
  }),
  ...counting(
    'notPossible',
    {
      Q: 'Unable to attend because of a lack of access arrangements',
      Y1: 'Unable to attend: transport normally provided not available',
      Y2: 'Unable to attend: widespread disruption to travel',
      Y3: 'Unable to attend: part of the school premises closed',
      Y4: 'Unable to attend: whole school site unexpectedly closed',
      Y5: 'Unable to attend: in criminal justice detention',
      Y6: 'Unable to attend: public health guidance or law',
      Y7: 'Unable to attend: any other unavoidable cause',
    },
    { from: REFORM },
  ),
  ...counting(
    'notPossible',
    { Y: 'Unable to attend for exceptional circumstances' },
    { until: BEFORE_REFORM },
  ),
];

/** The register has no mark for the session. */
export const NO_MARK = '-';

function counting(
  countsAs: CountsAs,
  meanings: Readonly<Record<string, string>>,
  inUse: { readonly from?: Day; readonly until?: Day } = {},
): AttendanceCode[] {
  return Object.entries(meanings).map(([code, meaning]) => ({
    code,
    meaning,
    countsAs,
    ...inUse,
    symbol: supplierSymbols()[code] ?? code,
  }));
}

/** One-character forms of the two-character codes, used by some suppliers. An import must ask for them explicitly. */
function supplierSymbols(): Readonly<Record<string, string>> {
  return { C1: '<', C2: '>', J1: '?', Y1: '$', Y2: 'a', Y3: '%', Y4: '`', Y5: ':', Y6: '|', Y7: '_' };
}

/** Codes by supplier symbol, for imports that ask for them. */
export const supplierAliases: ReadonlyMap<string, string> = new Map(
  Object.entries(supplierSymbols()).map(([code, symbol]) => [symbol, code]),
);

const byCode: ReadonlyMap<string, AttendanceCode> = new Map(
  attendanceCodes.map((entry) => [entry.code, entry]),
);

/** A missing mark is written as `-` or left blank. */
export const normalMark = (text: string): string => (text === '' ? NO_MARK : text);

export type Half = 'am' | 'pm';

export const isKnownMark = (mark: string): boolean => mark === NO_MARK || byCode.has(mark);

export function isInUse(mark: string, day: Day): boolean {
  const code = byCode.get(mark);
  return (
    !code ||
    ((code.from === undefined || code.from <= day) && (code.until === undefined || day <= code.until))
  );
}

/** `/` is valid only for mornings and `\` only for afternoons. */
export const isOfHalf = (mark: string, half: Half): boolean => mark !== (half === 'am' ? '\\' : '/');

/** What each symbol counts as, indexed by character code for speed: millions of marks are counted. */
const kinds: readonly (CountsAs | 'noMark' | undefined)[] = Array.from({ length: 128 }, (_, character) => {
  const symbol = String.fromCharCode(character);
  return symbol === NO_MARK ? 'noMark' : attendanceCodes.find((entry) => entry.symbol === symbol)?.countsAs;
});

export const symbolOf = (mark: string): string =>
  mark === NO_MARK ? NO_MARK : (byCode.get(mark)?.symbol ?? NO_MARK);

const [L, U] = ['L'.charCodeAt(0), 'U'.charCodeAt(0)];

/**
 * Count the symbols of a register and add them to `onto`. Any other character, such as a space for a day without a
 * record, counts nothing.
 */
export function countSymbols(symbols: string, from = 0, to = symbols.length, onto = noCounts): Counts {
  const counts: { -readonly [Kind in keyof Counts]: number } = { ...onto };
  for (let at = from; at < to; at += 1) {
    const character = symbols.charCodeAt(at);
    const kind = kinds[character];
    if (kind === undefined) continue;
    counts[kind] += 1;
    if (character === L || character === U) counts.late += 1;
  }
  counts.possible = counts.attended + counts.authorised + counts.unauthorised;
  return counts;
}
