export * from './claims';
export * from './clock';
export * from './hash';
export * from './standing';
export * from './streams';
export * from './submit';
export * from './things';
