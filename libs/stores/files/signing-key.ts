import { createPrivateKey, type KeyObject } from 'node:crypto';
import { keyFromFile } from './key-file';

/** How PKCS #8 says that 32 bytes are the seed of an Ed25519 key (RFC 8410, section 7). */
const ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The Ed25519 key whose seed is in a file that only its owner may read; made at first use. */
export const signingKeyFromFile = (file: string): KeyObject =>
  createPrivateKey({ key: Buffer.concat([ED25519, keyFromFile(file)]), format: 'der', type: 'pkcs8' });
