export const fileKinds = ['programme', 'schools', 'mentors', 'referrals', 'registers', 'sessions'] as const;
export type FileKind = (typeof fileKinds)[number];

/** A received file. */
export interface ImportedFile {
  readonly name: string;
  readonly kind: FileKind;
  /** Identifies the content: a keyed hash once it is recorded; an earlier release recorded the SHA-256 itself. */
  readonly sha256: string;
  readonly bytes: number;
  readonly encoding: string;
}

/** A row that was imported but should be checked. */
export type RowWarning = readonly [row: number, warning: string];
