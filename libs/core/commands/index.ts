export * from './claims';
export * from './clock';
export * from './hash';
export * from './restriction';
export * from './streams';
export * from './submit';
export * from './things';
