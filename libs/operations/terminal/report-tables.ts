import Table from 'cli-table3';
import type { FileReport, ImportReport } from '@waymark/modules/imports/views/import-reports';
import type { GroupAttendance, PupilAttendance } from '@waymark/modules/insights/attendance';
import type { Kpis } from '@waymark/modules/insights/kpis';

/** Table style without colours. */
export const plainStyle = { style: { head: [], border: [] } };

const percent = (value: number | null): string => (value === null ? '–' : `${value.toFixed(2)}%`);

const points = (value: number | null): string =>
  value === null ? '–' : `${value > 0 ? '+' : ''}${value.toFixed(2)}`;

/** Format KPIs as a table. */
export function kpiTable(kpis: readonly Kpis[]): string {
  const table = new Table({
    ...plainStyle,
    head: [
      ...['', 'Referred', 'Eligible', 'Consented', 'Allocated', 'Started', 'Completed', 'Held', 'Not held'],
      ...['Hours', 'Persistent', 'Severe', 'Baseline', 'Follow-up', 'Change', 'Published'],
    ],
  });
  for (const kpi of kpis) {
    table.push([
      kpi.name,
      ...[kpi.referred, kpi.eligible, kpi.consented, kpi.allocated, kpi.started, kpi.completed],
      ...[kpi.sessionsHeld, kpi.sessionsNotHeld, Math.round(kpi.minutesHeld / 60)],
      `${String(kpi.baseline.persistentPupils)} → ${String(kpi.followUp.persistentPupils)}`,
      `${String(kpi.baseline.severePupils)} → ${String(kpi.followUp.severePupils)}`,
      percent(kpi.baseline.absencePercent),
      percent(kpi.followUp.absencePercent),
      points(kpi.changePoints),
      percent((kpi.published.localAuthority ?? kpi.published.region)?.absencePercent ?? null),
    ]);
  }
  return table.toString();
}

/** Format attendance figures as a table. */
export function attendanceTable(rows: readonly (PupilAttendance | GroupAttendance)[]): string {
  const table = new Table({
    ...plainStyle,
    head: ['', 'Pupils', 'Possible', 'Attended', 'Authorised', 'Unauthorised', 'No mark', 'Late', 'Absence'],
  });
  for (const row of rows) {
    table.push([
      'name' in row ? row.name : row.key,
      'pupils' in row ? row.pupils : 1,
      ...[row.possible, row.attended, row.authorised, row.unauthorised, row.noMark, row.late],
      percent(row.absencePercent),
    ]);
  }
  return table.toString();
}

/** Format the result of an import as a table. */
export function importTable({ files, followUps }: ImportReport): string {
  const table = new Table({
    ...plainStyle,
    head: ['File', 'Rows', 'Accepted', 'Repeated', 'Rejected', 'Warnings', 'Reasons'],
  });
  for (const file of files) {
    table.push([
      file.name,
      file.rows,
      file.accepted,
      file.repeated,
      file.rejected,
      file.warnings,
      reasons(file),
    ]);
  }
  const changed = files.some(({ accepted }) => accepted > 0);
  return [
    table.toString(),
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
