import type { Journey } from '@waymark/domain';
import type { ImportReport, RegisterReport } from '@waymark/views';

/** A journey as a document: what its state keeps by id is told as lists. */
export interface JourneyDocument extends Omit<
  Journey,
  'pupil' | 'model' | 'sessions' | 'barriers' | 'support'
> {
  readonly id: string;
  readonly revision: number;
  readonly pupil: string;
  /** The delivery model it began under: its version, the phases' names, and how many sessions it plans. */
  readonly model: {
    readonly version: number;
    readonly phases: readonly string[];
    readonly sessionsPlanned: number;
  };
  readonly sessions: readonly object[];
  readonly barriers: readonly object[];
  readonly support: readonly object[];
}

export interface ImportItem extends ImportReport {
  readonly id: string;
}

export interface ImportDocument extends ImportItem {
  /** Registers by their file's name, each with its corrections. */
  readonly registers: Readonly<Record<string, RegisterReport>>;
  /** It failed again and again, and goes on when the server starts next. */
  readonly interrupted?: true;
}
