import { createHmac } from 'node:crypto';
import { v5 as uuidV5 } from 'uuid';

const NAMESPACE = 'b6d3a1c4-6a43-4f2e-9d4b-0d3a6a6f6c11';
const SEPARATOR = '\u001f';

/**
 * Ids that are derived from known values, such as the row of a file. They are keyed, so that the values alone do not lead
 * to the id. Earlier releases derived ids without a key. Such ids stay in the log and are still recognised.
 */
export class Ids {
  constructor(private readonly key: Buffer) {}

  /** A UUID (version 8, HMAC-SHA-256): the same parts always give the same id. */
  of(...parts: readonly string[]): string {
    const bytes = this.digest('id', parts).subarray(0, 16);
    bytes[6] = (bytes[6]! & 0x0f) | 0x80;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  /** A keyed hash, HMAC-SHA-256 as 64 hex digits. */
  hashOf(...parts: readonly string[]): string {
    return this.digest('hash', parts).toString('hex');
  }

  /** The recorded id of these parts: the one of an earlier release, if it is recorded, or else the keyed one. */
  recorded(isRecorded: (id: string) => boolean, ...parts: readonly string[]): string {
    const earlier = earlierId(...parts);
    return isRecorded(earlier) ? earlier : this.of(...parts);
  }

  private digest(use: 'id' | 'hash', parts: readonly string[]): Buffer {
    return createHmac('sha256', this.key)
      .update([use, ...parts].join(SEPARATOR))
      .digest();
  }
}

/** The id (UUID version 5) that earlier releases derived from these parts. Only used to find what they recorded. */
export const earlierId = (...parts: readonly string[]): string => uuidV5(parts.join(SEPARATOR), NAMESPACE);

/**
 * The id of one of several items that share a base id, such as a command's events: the index replaces the last
 * four hex digits.
 */
export const numberedId = (base: string, index: number): string =>
  base.slice(0, -4) + index.toString(16).padStart(4, '0');
