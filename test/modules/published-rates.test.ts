import { absencePercent, added, type Counts, noCounts, percentOf } from '@waymark/modules/shared/counts';
import { reference } from '../support/attendance/given';

/** The Department for Education's table: England, its regions and five authorities, by phase. */
const rows = reference('dfe-attendance-2025-26.csv').map((row) => ({
  row,
  name: `${row['la_name']! || row['region_name']! || row['country_name']!}, ${row['education_phase']!}`,
}));

type Row = Record<string, string>;

/** A figure of the table; undefined if it is suppressed (`c`). */
const figure = (row: Row, column: string): number | undefined => {
  const text = row[column];
  if (text === 'c') return undefined;
  if (text === undefined || !/^\d+(\.\d+)?(e-\d+)?$/.test(text))
    throw new Error(`${column}: ${String(text)}`);
  return Number(text);
};

/** The sum of some columns; undefined if one of them is suppressed. */
const sum = (row: Row, columns: readonly string[]): number | undefined =>
  columns.reduce<number | undefined>((total, column) => {
    const next = figure(row, column);
    return total === undefined || next === undefined ? undefined : total + next;
  }, 0);

const countsOf = (row: Row): Counts => ({
  ...noCounts,
  possible: figure(row, 'possible_sessions')!,
  attended: figure(row, 'overall_attendance')!,
  authorised: figure(row, 'authorised_absence')!,
  unauthorised: figure(row, 'unauthorised_absence')!,
  late: figure(row, 'late_sessions')!,
});

/** Each published rate, and the column of the sessions that it refers to. */
const rates = {
  attendance_perc: 'overall_attendance',
  overall_absence_perc: 'overall_absence',
  authorised_absence_perc: 'authorised_absence',
  unauthorised_absence_perc: 'unauthorised_absence',
  illness_perc: 'reason_i_authorised_illness',
  appointments_perc: 'reason_m_authorised_medical_dental',
  auth_religious_perc: 'reason_r_authorised_religious_observance',
  auth_study_perc: 'reason_s_authorised_study_leave',
  auth_mob_perc: 'reason_t_authorised_mobile_child',
  auth_excluded_perc: 'reason_e_authorised_excluded',
  auth_performance_perc: 'reason_c1_authorised_regulated_performance',
  auth_interview_perc: 'reason_j1_authorised_interview',
  auth_part_time_perc: 'reason_c2_authorised_temp_reduced_timetable',
  auth_other_perc: 'reason_c_authorised_other',
  unauth_hol_perc: 'reason_g_unauthorised_holiday',
  unauth_late_registers_closed_perc: 'reason_u_unauthorised_late_after_registers_closed',
  unauth_oth_perc: 'reason_o_other_unauthorised',
  unauth_not_yet_perc: 'reason_n_no_reason_yet',
};

const digits = (value: number | null | undefined): string => (value ?? Number.NaN).toPrecision(10);

const reasons = (part: string): string[] =>
  Object.keys(rows[0]!.row).filter((column) => column.startsWith('reason_') && column.includes(part));

const lateBefore = 'reason_l_present_late_before_registers_closed';
const lateAfter = 'reason_u_unauthorised_late_after_registers_closed';

/** Totals of the table, and the columns that add up to each. */
const totals: Readonly<Record<string, readonly string[]>> = {
  reason_present: ['reason_present_am', 'reason_present_pm'],
  present_sessions: ['reason_present', lateBefore],
  approved_educational_activity: reasons('_aea_'),
  overall_attendance: ['present_sessions', 'approved_educational_activity'],
  unauthorised_absence: [...reasons('unauthorised'), 'reason_n_no_reason_yet'],
  overall_absence: ['authorised_absence', 'unauthorised_absence'],
  possible_sessions: ['overall_attendance', 'overall_absence'],
  late_sessions: [lateBefore, lateAfter],
};

describe('the published table', () => {
  it('has sixty rows, and none of the figures used is suppressed', () => {
    expect(rows).toHaveLength(60);
    const columns = [...Object.keys(rates), ...Object.values(rates), ...Object.keys(totals)];
    for (const { row } of rows) expect(sum(row, columns)).toBeDefined();
  });

  it('has the reasons that add up to each of its totals', () => {
    const letters = (total: string) => totals[total]!.map((column) => column.split('_')[1]).sort();
    expect(letters('approved_educational_activity').join('')).toBe('bjkpvw');
    expect(letters('unauthorised_absence').join('')).toBe('gnou');
  });

  it('treats a suppressed figure as missing', () => {
    const { row } = rows[0]!;
    expect(figure({ ...row, illness_perc: 'c' }, 'illness_perc')).toBeUndefined();
    expect(sum({ ...row, reason_present: 'c' }, totals['present_sessions']!)).toBeUndefined();
    expect(() => figure({ ...row, illness_perc: 'x' }, 'illness_perc')).toThrow('illness_perc');
  });
});

describe.each(rows)('$name', ({ row }) => {
  it('has rates that match its sessions, to ten digits', () => {
    const possible = figure(row, 'possible_sessions')!;
    const ours = Object.entries(rates).map(([rate, sessions]) => [
      rate,
      digits(percentOf(figure(row, sessions)!, possible)),
    ]);
    const published = Object.keys(rates).map((rate) => [rate, digits(figure(row, rate))]);
    expect(ours).toEqual(published);
  });

  it('has an absence rate that matches its counts', () => {
    expect(digits(absencePercent(countsOf(row)))).toBe(digits(figure(row, 'overall_absence_perc')));
  });

  it('has totals that equal the sum of their reasons', () => {
    const added = Object.fromEntries(
      Object.entries(totals).map(([total, parts]) => [total, sum(row, parts)]),
    );
    const given = Object.fromEntries(Object.keys(totals).map((total) => [total, figure(row, total)]));
    expect(added).toEqual(given);
  });

  it('has the remaining absence authorised, except for a few sessions whose reason the table does not show', () => {
    const authorised = figure(row, 'authorised_absence')!;
    const without = authorised - sum(row, reasons('_authorised_'))!;
    expect(without).toBeGreaterThanOrEqual(0);
    expect(without / authorised).toBeLessThan(0.00002);
  });
});

describe('a group', () => {
  const phases = ['Primary', 'Secondary', 'Special'];
  const ofPlace = (name: string) => (phase: string) =>
    countsOf(rows.find((each) => each.name === `${name}, ${phase}`)!.row);
  const places = rows
    .filter(({ name }) => name.endsWith(', Total'))
    .map(({ name }) => name.slice(0, -', Total'.length));

  it.each(places)('adds up the sessions of %s first and then divides', (place) => {
    const of = ofPlace(place);
    expect(phases.map(of).reduce(added, noCounts)).toEqual(of('Total'));
  });

  it('is not the mean of the rates of its parts', () => {
    const of = ofPlace('England');
    const mean = phases.map((phase) => absencePercent(of(phase))!).reduce((a, b) => a + b) / phases.length;
    expect(Math.abs(mean - absencePercent(of('Total'))!)).toBeGreaterThan(1);
  });
});
