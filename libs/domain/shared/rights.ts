/** Why a person's data are erased: UK GDPR Article 17(1), or because the time for which they are kept is over. */
export const erasureGrounds = [
  'NO_LONGER_NEEDED',
  'CONSENT_WITHDRAWN',
  'OBJECTION_UPHELD',
  'UNLAWFULLY_PROCESSED',
  'LEGAL_OBLIGATION',
  'RETENTION_ENDED',
  // The log was restored from before the erasure: its own ground stood in what was lost.
  'ERASED_BEFORE_RESTORE',
] as const;
export type ErasureGround = (typeof erasureGrounds)[number];

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
