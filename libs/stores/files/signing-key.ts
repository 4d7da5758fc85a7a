import { createPrivateKey, type KeyObject } from 'node:crypto';
import { keyFromFile } from './key-file';

/** PKCS #8 prefix of a 32-byte Ed25519 seed (RFC 8410, section 7). */
const ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The Ed25519 key whose seed is in a file that only its owner may read; created on first use. */
export const signingKeyFromFile = (file: string): KeyObject =>
  createPrivateKey({ key: Buffer.concat([ED25519, keyFromFile(file)]), format: 'der', type: 'pkcs8' });
