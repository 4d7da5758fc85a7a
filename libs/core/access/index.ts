export * from './assignment';
export * from './reach';
