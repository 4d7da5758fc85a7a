import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { SealSink } from '@waymark/core/kernel';
import { knownSeals, sealNumber, verifyLog } from '@waymark/core/log';
import { hasSealKey, publicPem, readSeals, sealKey, type SealSettings, sealSinks } from '@waymark/platform';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import {
  type BackupManifest,
  type BackupSeals,
  type BackupVerification,
  databases,
  verifyBackup,
} from './backup-manifest';

const SEALS = 'seals.jsonl';

/** The seals that the service keeps on this machine; undefined if it only sends them elsewhere. */
const ownSeals = (where: SealSettings): SealSink['lines'] =>
  sealSinks(where).find((sink) => sink.lines)?.lines;

/** Number of the last seal that the service keeps; 0 if there is none. */
export async function lastSealIn(where: SealSettings): Promise<number> {
  let last: string | undefined;
  for await (const line of ownSeals(where)?.() ?? []) last = line;
  return last === undefined ? 0 : numberIn(last);
}

/** 0 for a line that is not a seal: a damaged file is copied as it is, and verification reports it. */
function numberIn(line: string): number {
  try {
    return sealNumber(line);
  } catch {
    return 0;
  }
}

/**
 * Copy the seals that belong to a copied log: those that were there before the log was copied, and those that the copy
 * records. Later seals would cover events that the copy does not have.
 */
export async function copySeals(folder: string, where: SealSettings, before: number): Promise<BackupSeals> {
  const publicKey = hasSealKey(where) ? { publicKey: publicPem(sealKey(where)) } : {};
  const seals = ownSeals(where);
  if (!seals) return { included: false, ...publicKey };
  const log = new SqliteEventStore(join(folder, databases.events), { readonly: true });
  const known = await knownSeals(log).finally(() => log.close());
  const last = Math.max(before, ...known.map(numberIn));
  const lines: string[] = [];
  for await (const line of seals()) if (numberIn(line) <= last) lines.push(`${line}\n`);
  if (lines.length > 0) {
    const copy = await open(join(folder, SEALS), 'wx', 0o600);
    await copy.writeFile(lines.join(''));
    await copy.close();
  }
  return { included: true, ...publicKey };
}

/** How to verify a backup with its seals. */
export interface VerifySealedBackup extends SealSettings {
  /** Public keys in PEM; by default that of this machine, or else that in the manifest. */
  readonly publicKeys?: string | undefined;
  readonly onProgress?: (bytes: number, total: number) => void;
}

/** Compare a backup with its manifest, and verify its log against its hash chains and seals. Changes nothing. */
export async function verifySealedBackup(
  folder: string,
  { publicKeys, onProgress, ...where }: VerifySealedBackup,
): Promise<BackupVerification> {
  const { manifest, problems } = await verifyBackup(folder, onProgress);
  if (problems.length > 0) return { manifest, problems };
  const fault = await logFault(folder, manifest, publicKeys, where);
  return { manifest, problems: fault === undefined ? [] : [fault] };
}

async function logFault(
  folder: string,
  { seals }: BackupManifest,
  publicKeys: string | undefined,
  where: SealSettings,
): Promise<string | undefined> {
  const file = join(folder, SEALS);
  const pem = publicKeys ?? (hasSealKey(where) ? undefined : seals?.publicKey);
  const source = existsSync(file) ? readSeals(where, { file, publicKeys: pem }) : undefined;
  const log = new SqliteEventStore(join(folder, databases.events), { readonly: true });
  try {
    const known = seals?.included ? await knownSeals(log) : [];
    const { fault } = await verifyLog(log, { ...source, known });
    return fault && `${databases.events}: ${fault.kind}: ${fault.message}`;
  } finally {
    await log.close();
  }
}
