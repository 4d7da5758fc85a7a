import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { NewEvent, RecordedEvent } from '@waymark/core/kernel';
import type { DataKey } from './keyring';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Prefix of the stored format: `1.` followed by IV, ciphertext and authentication tag as base64url. */
const FORMAT = '1.';

/** Encrypted data failed authentication: it was altered, or moved from another event. */
export class EncryptedDataChanged extends Error {
  readonly code = 'SEALED_DATA_CHANGED';

  constructor({ type, position }: RecordedEvent) {
    super(
      `SEALED_DATA_CHANGED: the encrypted data of event ${type} at position ${position} was altered, or belongs to another event. Verify the log.`,
    );
    this.name = 'SealedDataChanged';
  }
}

/** Whether an event has encrypted fields. The stored format names the field `sealed`. */
export const isEncrypted = ({ data }: { readonly data: object }): boolean => 'sealed' in data;

/** Whether the data has a value in one of these fields. */
export const hasAny = (data: object, fields: readonly string[]): boolean =>
  fields.some((name) => (data as Readonly<Record<string, unknown>>)[name] !== undefined);

/** The data without these fields, as it remains after an erasure. */
export const withoutFields = (data: object, fields: readonly string[]): object =>
  Object.fromEntries(Object.entries(data).filter(([name]) => !fields.includes(name)));

/**
 * The event's data with these fields encrypted together into the field `sealed` (the name in the stored
 * format). The ciphertext is bound to the event's id, stream, type and subject, and cannot be decrypted
 * elsewhere. If the subject's key was destroyed, the fields are left out, as if the key had been destroyed just
 * afterwards.
 */
export function encrypted(event: NewEvent, stream: string, fields: readonly string[], key: DataKey): object {
  const entries = Object.entries(event.data);
  const rest = withoutFields(event.data, fields);
  if (isEncrypted({ data: rest }))
    throw new Error(
      `event ${event.type} has a field named sealed: that name is reserved for encrypted personal data`,
    );
  if (key === 'destroyed') return rest;
  const personal = Object.fromEntries(entries.filter(([name]) => fields.includes(name)));
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(associatedData(event, stream));
  const text = [iv, cipher.update(JSON.stringify(personal)), cipher.final(), cipher.getAuthTag()];
  return { ...rest, sealed: FORMAT + Buffer.concat(text).toString('base64url') };
}

/**
 * The event's data with its encrypted fields decrypted and placed after the others; without them if the key was
 * destroyed. Throws {@link EncryptedDataChanged}.
 */
export function decrypted(event: RecordedEvent, key: DataKey): object {
  const { sealed: text, ...rest } = event.data as { readonly sealed: unknown };
  return key === 'destroyed' ? rest : { ...rest, ...personalOf(event, text, key) };
}

function personalOf(event: RecordedEvent, text: unknown, key: Buffer): object {
  try {
    if (typeof text !== 'string' || !text.startsWith(FORMAT)) throw new EncryptedDataChanged(event);
    const bytes = Buffer.from(text.slice(FORMAT.length), 'base64url');
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(associatedData(event, event.stream))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    const clear = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8');
    return JSON.parse(clear + decipher.final('utf8')) as object;
  } catch {
    throw new EncryptedDataChanged(event);
  }
}

const associatedData = ({ id, type, metadata }: NewEvent, stream: string): Buffer =>
  Buffer.from(JSON.stringify([id, stream, type, metadata.subject]));
