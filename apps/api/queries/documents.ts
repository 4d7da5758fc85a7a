import type { ImportReport, Page, RegisterReport, Then, TimelineEntry } from '@waymark/views';

/** A page of a timeline, and when it is seen where that is not now. */
export interface TimelinePage extends Page<TimelineEntry>, Then {}

export interface ImportItem extends ImportReport {
  readonly id: string;
}

export interface ImportDocument extends ImportItem {
  /** Registers by their file's name, each with its corrections. */
  readonly registers: Readonly<Record<string, RegisterReport>>;
  /** It failed again and again, or was cancelled, and goes on when its job is tried again. */
  readonly interrupted?: true;
}
