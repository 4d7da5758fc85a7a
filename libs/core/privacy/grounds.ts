/** Grounds on which erasure may be decided: UK GDPR Article 17(1), or that the time is over for which data are kept. */
export const erasureGrounds = [
  'NO_LONGER_NEEDED',
  'CONSENT_WITHDRAWN',
  'OBJECTION_UPHELD',
  'UNLAWFULLY_PROCESSED',
  'LEGAL_OBLIGATION',
  'RETENTION_ENDED',
] as const;

/** The log was restored from before the erasure: its own ground stood in what was lost. Nobody decides on it. */
export const ERASED_BEFORE_RESTORE = 'ERASED_BEFORE_RESTORE';

/** Why a person's data are erased. */
export type ErasureGround = (typeof erasureGrounds)[number] | typeof ERASED_BEFORE_RESTORE;

/** Grounds on which erasure may be refused: UK GDPR Article 17(3). */
export const refusalGrounds = [
  'FREEDOM_OF_EXPRESSION',
  'LEGAL_OBLIGATION',
  'PUBLIC_TASK',
  'PUBLIC_HEALTH',
  'ARCHIVING_OR_RESEARCH',
  'LEGAL_CLAIMS',
] as const;
export type RefusalGround = (typeof refusalGrounds)[number];

/** What a person can object to: UK GDPR Article 21. */
export const objectionScopes = ['MENTORING', 'EVALUATION_ARCHIVE', 'RESEARCH'] as const;
export type ObjectionScope = (typeof objectionScopes)[number];
