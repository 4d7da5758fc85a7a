import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { MasterKey } from '@waymark/core/kernel';
import { asPromise } from '../shared/as-promise';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * A 32-byte master key held by this process. Data keys are encrypted with AES-256-GCM; the subject is
 * authenticated as additional data.
 */
export function localMasterKey(secret: Buffer): MasterKey {
  const id = `local-${createHmac('sha256', secret).update('the name of this key').digest('hex').slice(0, 16)}`;
  return {
    id,
    wrap: (subject, key) => asPromise(() => wrap(secret, subject, key)),
    unwrap: (subject, wrapped) => asPromise(() => unwrap(secret, subject, wrapped)),
  };
}

function wrap(secret: Buffer, subject: string, key: Buffer): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, secret, iv).setAAD(Buffer.from(subject));
  return Buffer.concat([iv, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
}

function unwrap(secret: Buffer, subject: string, wrapped: Buffer): Buffer {
  const [iv, text] = [wrapped.subarray(0, IV_BYTES), wrapped.subarray(IV_BYTES, -TAG_BYTES)];
  try {
    const decipher = createDecipheriv(CIPHER, secret, iv, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(subject))
      .setAuthTag(wrapped.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(text), decipher.final()]);
  } catch {
    throw new Error('a data key was wrapped by another master key or for another subject, or was altered');
  }
}
