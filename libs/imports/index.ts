export * from './importer';
export * from './source-file';
export type { Workshop } from './taker';
export * from './turn';
export * from './uploads';
