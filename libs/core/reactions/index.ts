export * from './carry-out';
export * from './reactor';
