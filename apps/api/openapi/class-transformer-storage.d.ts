/** Where class-transformer keeps what `@Type` says: the package has types for it, but not under this path. */
declare module 'class-transformer/cjs/storage' {
  export { defaultMetadataStorage } from 'class-transformer/types/storage';
}
