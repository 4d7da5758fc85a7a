import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal, type SealSink } from '@waymark/core/kernel';
import { keyId, type SealKeys } from '@waymark/core/log';
import { signingKeyFromFile } from '@waymark/stores/files/signing-key';
import { linesOf, sealFile } from '@waymark/stores/seals/seal-file';
import { sealObjects } from '@waymark/stores/seals/seal-objects';
import { sealOutput } from '@waymark/stores/seals/seal-output';
import type { Settings } from './settings';
import { KEYS } from './stores';

type Where = Pick<Settings, 'data' | 'seals' | 'sealKeyFile'>;

const FILE = 'file:';

/** Where seals go: what the settings name, or a file in the data folder. */
export function sealSinks({ data, seals = [`${FILE}${join(data, 'seals.jsonl')}`] }: Where): SealSink[] {
  return seals.map((place) => {
    if (place === 'stdout:') return sealOutput();
    return place.startsWith(FILE) ? sealFile(place.slice(FILE.length)) : sealObjects(place);
  });
}

/** The key that seals are signed with: in the file that the settings name, or one in the data folder, made at first use. */
export function sealKey({ data, sealKeyFile }: Where): KeyObject {
  if (sealKeyFile !== undefined && !existsSync(sealKeyFile))
    throw new Refusal('NO_SEAL_KEY', 'The file that WAYMARK_SEAL_KEY_FILE names is not there.', 'missing');
  return signingKeyFromFile(sealKeyFile ?? join(data, KEYS, 'seal.key'));
}

/** The public half of a key, as a PEM file has it. */
export const publicPem = (key: KeyObject): string =>
  createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();

/** Seals that can be read, and the keys that they may be signed with. */
export interface ReadSeals {
  readonly seals: () => AsyncIterable<string>;
  readonly keys: SealKeys;
}

/**
 * The seals that are kept in a file, or where the settings say; and the public keys of a PEM file, or this machine's own.
 * Undefined where there are no seals and none were asked for.
 */
export function readSeals(
  where: Where,
  { file, publicKeys }: { readonly file?: string | undefined; readonly publicKeys?: string | undefined },
): ReadSeals | undefined {
  const kept = where.seals?.find((place) => place.startsWith(FILE))?.slice(FILE.length);
  const path = file ?? kept ?? join(where.data, 'seals.jsonl');
  if (!existsSync(path)) {
    if (file === undefined && kept === undefined) return undefined;
    throw new Refusal('NO_SEALS', 'The file of seals is not there.', 'missing');
  }
  return { seals: () => linesOf(path), keys: verifyingKeys(where, publicKeys) };
}

/** The public keys of a PEM file, or this machine's own, by their ids. */
export function verifyingKeys(where: Where, pem: string | undefined): SealKeys {
  const keys = pem === undefined ? ownKey(where) : keysIn(pem);
  return new Map(keys.map((key) => [keyId(key), key]));
}

function ownKey(where: Where): KeyObject[] {
  if (where.sealKeyFile === undefined && !existsSync(join(where.data, KEYS, 'seal.key')))
    throw new Refusal('NO_SEAL_KEY', 'Seals are verified with their public key: name its file.', 'missing');
  return [createPublicKey(sealKey(where))];
}

const BLOCK = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/** Ed25519 public keys in PEM: one after the other, where keys have been changed. */
function keysIn(pem: string): KeyObject[] {
  const keys = (pem.match(BLOCK) ?? []).map((block) => createPublicKey(block));
  if (keys.length > 0 && keys.every(({ asymmetricKeyType }) => asymmetricKeyType === 'ed25519')) return keys;
  throw new Refusal('WRONG_KEY', 'The file of public keys holds no Ed25519 keys in PEM.', 'invalid');
}
