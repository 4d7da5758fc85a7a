export * from './erasure';
export * from './person';
export * from './state';
