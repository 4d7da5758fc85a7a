export * from './erasure';
export * from './grounds';
