import { IsCode, IsDay, IsInstant, IsOneOf, IsPart, Optional } from '@waymark/core/fields';
import { type AttendanceGroup, attendanceGroups } from '@waymark/modules/insights/attendance';
import { type KpiGroup, kpiGroups } from '@waymark/modules/insights/kpis';
import { type PhaseProgressGroup, phaseProgressGroups } from '@waymark/modules/insights/phase-progress';

/** Which KPIs to export. */
export class KpiParameters {
  @IsOneOf(kpiGroups) by!: KpiGroup;
  @Optional() @IsCode('ampe-2025-11') programme?: string;
  @Optional() @IsDay('2025-09-01') from?: string;
  @Optional() @IsDay('2026-07-31') to?: string;
}

/** The funnel, sessions, and absence before and after, by region, area, school or mentor. */
export class KpiExport {
  @IsOneOf(['kpis']) kind!: string;
  @IsPart(() => KpiParameters) parameters!: KpiParameters;
}

/** Which register figures to export. */
export class AttendanceParameters {
  @IsOneOf(attendanceGroups, 'area') by!: AttendanceGroup;
  @IsDay('2025-09-03') from!: string;
  @IsDay('2025-10-24') to!: string;
  @Optional() @IsInstant('2026-02-15T00:00:00Z') asKnownAt?: string;
}

/** Sessions and rates over a period, by pupil, school, area or region. */
export class AttendanceExport {
  @IsOneOf(['attendance']) kind!: string;
  @IsPart(() => AttendanceParameters) parameters!: AttendanceParameters;
}

/** Which phase progress to export. */
export class PhaseProgressParameters {
  @IsOneOf(phaseProgressGroups) by!: PhaseProgressGroup;
  @Optional() @IsCode('ampe-2025-11') programme?: string;
}

/** Progress of pupils by programme, area, school or mentor: one row for each phase. */
export class PhaseProgressExport {
  @IsOneOf(['phase-progress']) kind!: string;
  @IsPart(() => PhaseProgressParameters) parameters!: PhaseProgressParameters;
}

/** This kind of export has no parameters. */
export class NoParameters {}

/** All events of every journey, without names: UPNs are masked, free text is left out. */
export class TimelineExport {
  @IsOneOf(['timeline']) kind!: string;
  @Optional() @IsPart(() => NoParameters) parameters?: NoParameters;
}

/** The reminders that mentors received, and when. */
export class ReminderExport {
  @IsOneOf(['reminders']) kind!: string;
  @Optional() @IsPart(() => NoParameters) parameters?: NoParameters;
}
