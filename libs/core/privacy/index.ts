export * from './erasure';
export * from './grounds';
export * from './personal-data';
