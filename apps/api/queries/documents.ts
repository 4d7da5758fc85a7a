import type { Assignment } from '@waymark/core/access';
import type { Page } from '@waymark/core/projections';
import type { ImportReport, RegisterReport } from '@waymark/modules/imports/views/import-reports';
import type { TimelineEntry } from '@waymark/modules/insights/timeline';
import type { Then } from '@waymark/modules/journey/questions/journey-document';

/** A page of a timeline, and when it is seen where that is not now. */
export interface TimelinePage extends Page<TimelineEntry>, Then {
  readonly pupil: string;
}

export interface ImportItem extends ImportReport {
  readonly id: string;
}

export interface ImportDocument extends ImportItem {
  /** Registers by their file's name, each with its corrections. */
  readonly registers: Readonly<Record<string, RegisterReport>>;
  /** It failed again and again, or was cancelled, and goes on when its job is tried again. */
  readonly interrupted?: true;
}

/** A pupil: what is left out is not for whoever asks. */
export interface PupilDocument {
  readonly id: string;
  /** URN of the school of today. */
  readonly school: string;
  readonly forename?: string;
  readonly surname?: string;
  readonly dateOfBirth?: string;
  /** All but its end is masked, unless a reason was given by somebody who may see it. */
  readonly upn?: string;
}

/** Somebody who works with the service. */
export interface PersonDocument {
  readonly id: string;
  /** Absent where the person has been erased. */
  readonly name?: string;
  readonly assignments: readonly ({ readonly assignment: string } & Assignment)[];
}
