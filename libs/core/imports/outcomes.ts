export const fileKinds = ['programme', 'schools', 'mentors', 'referrals', 'registers', 'sessions'] as const;
export type FileKind = (typeof fileKinds)[number];

/** A received file; its hash identifies it. */
export interface ImportedFile {
  readonly name: string;
  readonly kind: FileKind;
  readonly sha256: string;
  readonly bytes: number;
  readonly encoding: string;
}

/** A row that was imported but should be checked. */
export type RowWarning = readonly [row: number, warning: string];
