export * from './erasure';
export * from './holds';
export * from './identity';
export * from './objection';
export * from './pupil';
export * from './rectification';
export * from './restriction';
export * from './state';
