export { chained, NO_HASH } from './chain';
export * from './chaining';
export { keyId, type SealKeys } from './seal';
export {
  knownSeals,
  numberOf as sealNumber,
  readSealRecord,
  type SealRecord,
  SEALS_DOCUMENT,
} from './seal-record';
export * from './sealer';
export * from './shortfall';
export { type StoredLog } from './stored-pages';
export { nameOf as printableName, type Tampering, type TamperingKind } from './tampering';
export * from './verify';
