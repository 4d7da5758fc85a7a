/** Grounds for erasure: UK GDPR Article 17(1), or the end of the retention period. */
export const erasureGrounds = [
  'NO_LONGER_NEEDED',
  'CONSENT_WITHDRAWN',
  'OBJECTION_UPHELD',
  'UNLAWFULLY_PROCESSED',
  'LEGAL_OBLIGATION',
  'RETENTION_ENDED',
] as const;

/**
 * The log was restored from a backup made before the erasure, so the original ground is lost. It cannot be
 * chosen for a new decision.
 */
export const ERASED_BEFORE_RESTORE = 'ERASED_BEFORE_RESTORE';

/** Why a person's data is erased. */
export type ErasureGround = (typeof erasureGrounds)[number] | typeof ERASED_BEFORE_RESTORE;

/** Grounds for refusing erasure: UK GDPR Article 17(3). */
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
