export * from './claims';
export * from './clock';
export * from './hash';
export * from './projector';
export * from './reactor';
export * from './side-by-side';
export * from './streams';
export * from './submit';
