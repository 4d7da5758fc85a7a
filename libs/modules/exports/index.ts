export * from './export-files';
export * from './export-job';
export * from './formats';
export * from './kinds';
export * from './requests';
export * from './tidying-job';
