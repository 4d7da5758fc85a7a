export * from './changes';
export * from './notices';
export * from './parking';
export * from './rebuild-job';
export * from './seal-job';
export * from './settlement';
export * from './upkeep';
