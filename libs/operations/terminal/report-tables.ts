import type { FileReport, ImportReport } from '@waymark/modules/imports/views/import-reports';
import type { ShownGroupAttendance, ShownPupilAttendance } from '@waymark/modules/insights/attendance';
import type { Status } from '@waymark/modules/insights/disclosure/symbols';
import type { ShownKpis } from '@waymark/modules/insights/kpis';
import { formatTable } from './table';

const percent = (value: number): string => `${value.toFixed(2)}%`;

const points = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(2)}`;

/** Fields with the status of some of them. */
type Fields<Name extends string> = Readonly<Record<Name, number | null>> & { readonly status?: Status };

/** The text of a field: its symbol in place of a value that is not given, and beside one that has to be read with care. */
function cell<Name extends string>(
  fields: Fields<Name>,
  name: Name,
  format: (value: number) => string = String,
): string {
  const [value, symbol] = [fields[name], fields.status?.[name]];
  if (value === null) return symbol === undefined || symbol === 'z' ? '–' : symbol;
  return symbol === undefined ? format(value) : `${format(value)} ${symbol}`;
}

const hours = (minutes: number): string => String(Math.round(minutes / 60));

/** Format KPIs as a table. */
export function kpiTable(kpis: readonly ShownKpis[]): string {
  const head = [
    ...['', 'Referred', 'Eligible', 'Consented', 'Allocated', 'Started', 'Completed', 'Held', 'Not held'],
    ...['Hours', 'Persistent', 'Severe', 'Baseline', 'Follow-up', 'Change', 'Published'],
  ];
  const rows = kpis.map((kpi) => {
    const { baseline, followUp, published } = kpi;
    const steps = ['referred', 'eligible', 'consented', 'allocated', 'started', 'completed'] as const;
    const fromTo = (name: 'persistentPupils' | 'severePupils'): string =>
      `${cell(baseline, name)} → ${cell(followUp, name)}`;
    const rate = (published.localAuthority ?? published.region)?.absencePercent ?? null;
    return [
      kpi.name,
      ...steps.map((step) => cell(kpi, step)),
      ...[cell(kpi, 'sessionsHeld'), cell(kpi, 'sessionsNotHeld'), cell(kpi, 'minutesHeld', hours)],
      ...[fromTo('persistentPupils'), fromTo('severePupils')],
      ...[cell(baseline, 'absencePercent', percent), cell(followUp, 'absencePercent', percent)],
      ...[cell(kpi, 'changePoints', points), rate === null ? '–' : percent(rate)],
    ];
  });
  return formatTable(head, rows, { text: [''] });
}

/** Format attendance figures as a table. */
export function attendanceTable(groups: readonly (ShownPupilAttendance | ShownGroupAttendance)[]): string {
  const head = [
    ...['', 'Pupils', 'Possible', 'Attended', 'Authorised', 'Unauthorised', 'No mark', 'Late', 'Absence'],
  ];
  const counts = ['possible', 'attended', 'authorised', 'unauthorised', 'noMark', 'late'] as const;
  const rows = groups.map((group) => [
    'name' in group ? group.name : group.key,
    'pupils' in group ? cell(group, 'pupils') : 1,
    ...counts.map((count) => cell(group, count)),
    cell(group, 'absencePercent', percent),
  ]);
  return formatTable(head, rows, { text: [''] });
}

/** Format the result of an import as a table. */
export function importTable({ files, followUps }: ImportReport): string {
  const head = ['File', 'Rows', 'Accepted', 'Repeated', 'Rejected', 'Warnings', 'Reasons'];
  const rows = files.map((file) => [
    ...[file.name, file.rows, file.accepted, file.repeated, file.rejected, file.warnings],
    reasons(file),
  ]);
  const changed = files.some(({ accepted }) => accepted > 0);
  return [
    formatTable(head, rows, { text: ['File', 'Reasons'] }),
    ...(followUps
      ? [
          `Eligibility assessed: ${String(followUps.assessed)}, eligible: ${String(followUps.eligible)}, mentor allocated: ${String(followUps.allocated)}.`,
        ]
      : []),
    ...(changed ? [] : ['Nothing new: all valid rows had been imported before.']),
  ].join('\n');
}

const reasons = ({ rejectedBy, warningsBy }: FileReport): string =>
  Object.entries({ ...rejectedBy, ...warningsBy })
    .map(([code, rows]) => `${code} ${String(rows)}`)
    .join('\n');
