export * from './package-root';
export * from './platform';
export * from './rebuild-job';
export * from './settings';
export * from './stores';
