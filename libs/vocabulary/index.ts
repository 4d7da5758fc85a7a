export * from './day';
export * from './fields';
export * from './upn';
export * from './validate';
