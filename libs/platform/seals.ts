import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal, type SealRegister, type SealSink } from '@waymark/core/kernel';
import { keyId, knownSeals, type SealKeys } from '@waymark/core/log';
import { signingKeyFromFile } from '@waymark/stores/files/signing-key';
import { linesOf, sealFile } from '@waymark/stores/seals/seal-file';
import { sealObjects } from '@waymark/stores/seals/seal-objects';
import { sealOutput } from '@waymark/stores/seals/seal-output';
import type { Settings } from './settings';
import { KEYS_FOLDER, openControl } from './stores';

export type SealSettings = Pick<Settings, 'data' | 'seals' | 'sealKeyFile'>;

const FILE = 'file:';

/** Sinks that seals are sent to. Defaults to `seals.jsonl` in the data folder. */
export function sealSinks(where: SealSettings): SealSink[] {
  const { seals = [`${FILE}${defaultFile(where)}`] } = where;
  return seals.map((address) => {
    if (address === 'stdout:') return sealOutput();
    return address.startsWith(FILE) ? sealFile(address.slice(FILE.length)) : sealObjects(address);
  });
}

/** The key that signs seals: the file that the settings name, or `keys/seal.key` in the data folder, created on first use. */
export function sealKey({ data, sealKeyFile }: SealSettings): KeyObject {
  if (sealKeyFile !== undefined && !existsSync(sealKeyFile))
    throw new Refusal(
      'NO_SEAL_KEY',
      'The file that WAYMARK_SEAL_KEY_FILE names does not exist. Create it, or correct the setting.',
      'missing',
    );
  return signingKeyFromFile(sealKeyFile ?? join(data, KEYS_FOLDER, 'seal.key'));
}

/** Whether this machine has the key that signs seals. */
export const hasSealKey = ({ data, sealKeyFile }: SealSettings): boolean =>
  existsSync(sealKeyFile ?? join(data, KEYS_FOLDER, 'seal.key'));

const defaultFile = ({ data }: SealSettings): string => join(data, 'seals.jsonl');

const configuredFile = ({ seals }: SealSettings): string | undefined =>
  seals?.find((address) => address.startsWith(FILE))?.slice(FILE.length);

/** The public key of a private key, as PEM text. */
export const publicPem = (key: KeyObject): string =>
  createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();

/** Seals to verify a log with, as JSON lines, and the public keys that may have signed them. */
export interface SealSource {
  readonly seals: () => AsyncIterable<string>;
  readonly keys: SealKeys;
}

/**
 * Read seals from a file, or from the file sink in the settings, with the public keys in PEM or that of this machine. Returns
 * undefined if there is no file of seals and none was named. Throws `NO_SEALS`, `NO_SEAL_KEY` or `WRONG_KEY`.
 */
export function readSeals(
  where: SealSettings,
  { file, publicKeys }: { readonly file?: string | undefined; readonly publicKeys?: string | undefined },
): SealSource | undefined {
  const configured = configuredFile(where);
  const path = file ?? configured ?? defaultFile(where);
  if (!existsSync(path)) {
    if (file === undefined && configured === undefined) return undefined;
    throw new Refusal(
      'NO_SEALS',
      'The file of seals does not exist. Name it with --seals, or correct WAYMARK_SEALS.',
      'missing',
    );
  }
  return { seals: () => linesOf(path), keys: verificationKeys(where, publicKeys) };
}

/** The seals that the service keeps on this machine, with its public key; undefined without either. */
export function ownSeals(where: SealSettings): SealSource | undefined {
  const seals = sealSinks(where).find(({ lines }) => lines)?.lines;
  return seals && hasSealKey(where) ? { seals, keys: verificationKeys(where, undefined) } : undefined;
}

/**
 * The lines of seals that the log itself records, and its own views if `withViews` is set: proof that it was sealed, in case
 * the seals are lost.
 */
export async function sealsOnRecord(
  { data, engines }: Pick<Settings, 'data' | 'engines'>,
  log: SealRegister,
  { withViews }: { readonly withViews: boolean },
): Promise<readonly string[]> {
  if (!withViews) return knownSeals(log);
  const rows = await openControl(join(data, 'views.sqlite'), engines.rows);
  try {
    return await knownSeals(log, rows?.control);
  } finally {
    await rows?.close();
  }
}

/** The public keys in PEM text, or that of this machine's seal key, by key id. Throws `NO_SEAL_KEY` or `WRONG_KEY`. */
export function verificationKeys(where: SealSettings, pem: string | undefined): SealKeys {
  const keys = pem === undefined ? localPublicKey(where) : parsePublicKeys(pem);
  return new Map(keys.map((key) => [keyId(key), key]));
}

function localPublicKey(where: SealSettings): KeyObject[] {
  if (where.sealKeyFile === undefined && !hasSealKey(where))
    throw new Refusal(
      'NO_SEAL_KEY',
      'This machine has no seal key. Name the file of the public key with --public-key.',
      'missing',
    );
  return [createPublicKey(sealKey(where))];
}

const BLOCK = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/** Parse one or more Ed25519 public keys from PEM text. There are several if the seal key was changed. */
function parsePublicKeys(pem: string): KeyObject[] {
  const keys = (pem.match(BLOCK) ?? []).map((block) => createPublicKey(block));
  if (keys.length > 0 && keys.every(({ asymmetricKeyType }) => asymmetricKeyType === 'ed25519')) return keys;
  throw new Refusal(
    'WRONG_KEY',
    'The file of public keys must contain Ed25519 public keys in PEM, and no others.',
    'invalid',
  );
}
