/** class-transformer's store of `@Type` metadata. The package has types for it, but not at this path. */
declare module 'class-transformer/cjs/storage' {
  export { defaultMetadataStorage } from 'class-transformer/types/storage';
}
