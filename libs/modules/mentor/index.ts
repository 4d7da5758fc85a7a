export * from './appointment';
export * from './caseload';
export * from './erasure';
export * from './mentor';
export * from './reminders';
export * from './state';
