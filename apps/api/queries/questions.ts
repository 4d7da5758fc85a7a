import type { Reach } from '@waymark/core/access';
import { Query } from '@nestjs/cqrs';
import { Type } from 'class-transformer';
import { IsCode, IsDay, IsId, IsInstant, IsOneOf, IsText, IsWhole, Optional } from '@waymark/core/fields';
import type { Page, PageOf } from '@waymark/core/projections';
import type { Read } from '@waymark/governance/access';
import type { RowsOutcome } from '@waymark/modules/imports/views/import-reports';
import {
  type AttendanceGroup,
  attendanceGroups,
  type GroupAttendance,
  type PupilAttendance,
} from '@waymark/modules/insights/attendance';
import type { Caseload, CaseloadEntry } from '@waymark/modules/insights/caseload';
import { type KpiGroup, kpiGroups, type Kpis } from '@waymark/modules/insights/kpis';
import {
  type PhaseProgress,
  type PhaseProgressGroup,
  phaseProgressGroups,
} from '@waymark/modules/insights/phase-progress';
import type { TimelineEntry } from '@waymark/modules/insights/timeline';
import type { JourneyDocument } from '@waymark/modules/journey/questions/journey-document';
import type { RowAtPosition } from '@waymark/operations';
import type { ImportDocument, ImportItem, PersonDocument, PupilDocument, TimelinePage } from './documents';

/*
 * What can be asked: each class says which parameters its question takes, and what it is answered with. Fields
 * without a rule come from the path.
 */

/** A question, and how far the roles of whoever asks it reach. */
export class Question<Answer> extends Query<Answer> {
  reach!: Reach;
  /** Why they ask, where they say so. */
  reason?: string;
}

/** A question whose answer is a list, in pages. */
class Paged<Item, Answer = Page<Item>> extends Question<Answer> implements PageOf {
  @Optional() @Type(() => Number) @IsWhole(1, 1000, 100) limit?: number;
  /** What `next` was in the page before. */
  @Optional() @IsText('', 200) after?: string;
}

/** A pupil's journey as it stands, or as it stood on a day and was known at a moment. */
export class GetJourney extends Question<JourneyDocument> {
  id!: string;
  @Optional() @IsDay('2025-12-01') asOf?: string;
  @Optional() @IsInstant('2026-02-15T00:00:00Z') asKnownAt?: string;
}

/** Everything that was recorded of a journey, its pupil and the register, in order; or what had been by a moment, or is about days up to one. */
export class GetTimeline extends Paged<TimelineEntry, TimelinePage> {
  id!: string;
  @Optional() @IsDay('2025-12-01') asOf?: string;
  @Optional() @IsInstant('2026-02-15T00:00:00Z') asKnownAt?: string;
}

/** A mentor's pupils. */
export class GetCaseload extends Paged<CaseloadEntry, Caseload> {
  mentorId!: string;
}

/** How far pupils are, by programme, area, school or mentor. */
export class GetPhaseProgress extends Paged<PhaseProgress> {
  @IsOneOf(phaseProgressGroups) by!: PhaseProgressGroup;
  @Optional() @IsCode('ampe-2025-11') programme?: string;
}

/** The funnel, sessions, and absence before and after, by region, area, school or mentor. */
export class GetKpis extends Paged<Kpis> {
  @IsOneOf(kpiGroups) by!: KpiGroup;
  @Optional() @IsCode('ampe-2025-11') programme?: string;
  @Optional() @IsDay('2025-09-01') from?: string;
  @Optional() @IsDay('2026-07-31') to?: string;
}

/** Sessions and rates over a period, by pupil, school, area or region. */
export class GetAttendance extends Paged<PupilAttendance | GroupAttendance> {
  @IsOneOf(attendanceGroups, 'area') by!: AttendanceGroup;
  @IsDay('2025-09-03') from!: string;
  @IsDay('2025-10-24') to!: string;
  @Optional() @IsInstant('2026-02-15T00:00:00Z') asKnownAt?: string;
}

/** All imports, the last one first. */
export class ListImports extends Paged<ImportItem> {}

/** What became of an import. */
export class GetImport extends Question<ImportDocument> {
  id!: string;
}

/** The outcome of every row of an import: rows that follow on each other and fared alike are told once. */
export class ListRows extends Paged<RowsOutcome> {
  id!: string;
  /** Only rows that fared so: `accepted`, `repeated`, or a reason such as `UNKNOWN_PUPIL`. */
  @Optional() @IsText('UNKNOWN_PUPIL', 60) outcome?: string;
}

/** A view's row, folded anew from the log up to a position. */
export class GetRow extends Question<RowAtPosition> {
  view!: string;
  key!: string;
  /** Where the log is taken to end: at its present end, if left out or further on. */
  @Optional() @Type(() => Number) @IsWhole(0, Number.MAX_SAFE_INTEGER, 1042) position?: number;
}

/** A pupil, as far as whoever asks may know: the name of their own, the number where there is a reason to ask for it. */
export class GetPupil extends Question<PupilDocument> {
  id!: string;
}

/** Somebody who works with the service, and the roles they have had. */
export class GetPerson extends Question<PersonDocument> {
  id!: string;
}

/** Who saw a pupil's records, or whose records somebody saw. */
export class ListReads extends Paged<Read> {
  @Optional() @IsId() pupil?: string;
  @Optional() @IsText('3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11', 100) person?: string;
  @Optional() @IsDay('2025-11-01') from?: string;
  @Optional() @IsDay('2025-11-30') to?: string;
}
