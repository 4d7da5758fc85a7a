export * from './assignment';
export * from './lookup';
export * from './reach';
