import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { NewEvent, RecordedEvent } from '@waymark/core/kernel';
import type { DataKey } from './keyring';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** The form that the ciphertext is written in: `1.` and, as base64url, IV, ciphertext and tag. */
const FORM = '1.';

/** Sealed data of an event are not what was sealed there: they were changed, or belong elsewhere. */
export class EncryptedDataChanged extends Error {
  readonly code = 'SEALED_DATA_CHANGED';

  constructor({ type, position }: RecordedEvent) {
    super(
      `SEALED_DATA_CHANGED: what is sealed in event ${type} at position ${position} was not sealed there.`,
    );
    this.name = 'SealedDataChanged';
  }
}

/** Whether an event has fields that are sealed. */
export const isEncrypted = ({ data }: { readonly data: object }): boolean => 'sealed' in data;

/** Whether an event has a value in one of these fields. */
export const hasAny = (data: object, fields: readonly string[]): boolean =>
  fields.some((name) => (data as Readonly<Record<string, unknown>>)[name] !== undefined);

/** Data as they are of somebody who was erased. */
export const withoutFields = (data: object, fields: readonly string[]): object =>
  Object.fromEntries(Object.entries(data).filter(([name]) => !fields.includes(name)));

/**
 * An event's data with these fields sealed, together, in one `sealed`: bound to its id, stream, type and subject, so that it opens
 * nowhere else. Of a subject whose key was destroyed they are left out, as though it had been destroyed a moment later.
 */
export function encrypted(event: NewEvent, stream: string, fields: readonly string[], key: DataKey): object {
  const entries = Object.entries(event.data);
  const rest = withoutFields(event.data, fields);
  if (isEncrypted({ data: rest }))
    throw new Error(`event ${event.type} has a field named sealed: personal data are sealed under that name`);
  if (key === 'destroyed') return rest;
  const personal = Object.fromEntries(entries.filter(([name]) => fields.includes(name)));
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(placeOf(event, stream));
  const text = [iv, cipher.update(JSON.stringify(personal)), cipher.final(), cipher.getAuthTag()];
  return { ...rest, sealed: FORM + Buffer.concat(text).toString('base64url') };
}

/**
 * An event's data with what is sealed in them as it was, behind the others; without them where the key was destroyed. Throws
 * {@link EncryptedDataChanged}.
 */
export function decrypted(event: RecordedEvent, key: DataKey): object {
  const { sealed: text, ...rest } = event.data as { readonly sealed: unknown };
  return key === 'destroyed' ? rest : { ...rest, ...personalOf(event, text, key) };
}

function personalOf(event: RecordedEvent, text: unknown, key: Buffer): object {
  try {
    if (typeof text !== 'string' || !text.startsWith(FORM)) throw new EncryptedDataChanged(event);
    const bytes = Buffer.from(text.slice(FORM.length), 'base64url');
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(placeOf(event, event.stream))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    const clear = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8');
    return JSON.parse(clear + decipher.final('utf8')) as object;
  } catch {
    throw new EncryptedDataChanged(event);
  }
}

const placeOf = ({ id, type, metadata }: NewEvent, stream: string): Buffer =>
  Buffer.from(JSON.stringify([id, stream, type, metadata.subject]));
