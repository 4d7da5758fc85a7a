export * from './day';
export * from './fields';
export * from './not-personal';
export * from './period';
export * from './upn';
export * from './validate';
export * from './mask-upns';
