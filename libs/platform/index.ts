export * from './package-root';
export * from './platform';
