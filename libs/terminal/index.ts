export * from './import-with-progress';
export * from './tables';
