export * from './side-by-side';
export * from './wakers';
