export const fileKinds = ['programme', 'schools', 'mentors', 'referrals', 'registers', 'sessions'] as const;
export type FileKind = (typeof fileKinds)[number];

/** A file as it came: known again by its content. */
export interface ImportedFile {
  readonly name: string;
  readonly kind: FileKind;
  readonly sha256: string;
  readonly bytes: number;
  readonly encoding: string;
}

/** A row that was taken, and yet deserves a look. */
export type RowWarning = readonly [row: number, warning: string];
