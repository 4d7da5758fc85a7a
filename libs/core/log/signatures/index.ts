export { chained, NO_HASH } from './chain';
export * from './chaining';
export { keyId, type SealKeys } from './seal';
export * from './sealer';
export { type StoredLog } from './stored-pages';
export { type Tampering, type TamperingKind } from './tampering';
export * from './verify';
