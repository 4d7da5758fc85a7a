export * from './outcomes';
export * from './people';
export * from './source-file';
export * from './sender';
export * from './table';
export * from './row-importer';
export * from './import-lease';
export * from './uploads';
