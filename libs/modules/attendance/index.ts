export * from './attendance';
export * from './codes';
export * from './page';
export * from './register';
