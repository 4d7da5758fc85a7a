export * from './place';
export * from './roles';
