import { createHash, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { type Position, START } from '@waymark/core/kernel';
import { NO_HASH } from './chain';
import { Tampered } from './tampering';

/** The content of a seal: the events of one part of the log, their order, and what precedes them. */
interface Statement {
  /** 1, 2, 3 … */
  readonly number: number;
  /** Number of events from the start of the log to the last sealed one. */
  readonly events: number;
  /**
   * Position in the store after which the sealed part starts. It is only a hint for continuing: other stores
   * have other positions.
   */
  readonly after: Position;
  /** Time of sealing: UTC, milliseconds. */
  readonly at: string;
  /** Hash over the previous root and the hashes of the events, in order. */
  readonly root: string;
  /** Hash of the previous seal, including its signature. */
  readonly previous: string;
  /** The first six bytes of each event's hash in Base64. They identify an altered event. */
  readonly leaves: string;
  /** Id of the signing key. */
  readonly key: string;
}

/** A seal that was read or written. */
export interface Seal extends Statement {
  /** Hash of its line; the next seal refers to it. */
  readonly hash: string;
}

/** Public keys for checking seals, by id. */
export type SealKeys = ReadonlyMap<string, KeyObject>;

/** The state before the first seal. */
export const UNSEALED: Pick<Seal, 'number' | 'events' | 'root' | 'hash'> = {
  ...{ number: 0, events: 0 },
  ...{ root: NO_HASH, hash: NO_HASH },
};

/** Length of a leaf, the prefix of a hash, in characters. */
const LEAF = 8;

export const leafOf = (hash: string): string => hash.slice(0, LEAF);

/** The leaf of the event at an index of a seal. */
export const leafAt = ({ leaves }: Pick<Seal, 'leaves'>, index: number): string =>
  leaves.slice(index * LEAF, (index + 1) * LEAF);

/** Number of events in a seal. */
export const sizeOf = ({ leaves }: Pick<Seal, 'leaves'>): number => leaves.length / LEAF;

export const rootOf = (before: string, hashes: readonly string[]): string =>
  hash('sha256', [before, ...hashes].join('\n'), 'base64url');

/**
 * Id of a key, the same for the private and the public key: the first 16 characters of the public key's hash.
 */
export const keyId = (key: KeyObject): string =>
  createHash('sha256')
    .update((key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' }))
    .digest('base64url')
    .slice(0, 16);

const SIGNATURE = /,"signature":"([\w-]{86})"\}$/;

/** Seal the events that follow a seal. Also returns the line to store. */
export function newSeal(
  before: Pick<Seal, 'number' | 'events' | 'root' | 'hash'>,
  {
    hashes,
    after,
    at,
  }: { readonly hashes: readonly string[]; readonly after: Position; readonly at: string },
  key: KeyObject,
): { readonly seal: Seal; readonly line: string } {
  const statement: Statement = {
    number: before.number + 1,
    events: before.events + hashes.length,
    ...{ after, at },
    root: rootOf(before.root, hashes),
    previous: before.hash,
    leaves: hashes.map(leafOf).join(''),
    key: keyId(key),
  };
  const text = JSON.stringify(statement);
  const line = `${text.slice(0, -1)},"signature":"${sign(null, Buffer.from(text), key).toString('base64url')}"}`;
  return { seal: { ...statement, hash: hashOfSeal(line) }, line };
}

/** Hash of a line, by which the next seal refers to it. */
export const hashOfSeal = (line: string): string => hash('sha256', line, 'base64url');

/** Parse a line without checking its signature. Undefined if it is not a seal. */
export function sealIn(line: string): Seal | undefined {
  try {
    const seal = JSON.parse(line) as Seal | null;
    if (typeof seal?.leaves !== 'string' || seal.leaves === '') return undefined;
    if (!Number.isInteger(sizeOf(seal))) return undefined;
    return { ...seal, after: seal.after >= START ? seal.after : START, hash: hashOfSeal(line) };
  } catch {
    return undefined;
  }
}

/** Parse and check seals: each must be signed and follow its predecessor. Throws {@link Tampered}. */
export async function* sealsOf(
  lines: AsyncIterable<string>,
  keys: SealKeys,
): AsyncGenerator<Seal, void, undefined> {
  let before = UNSEALED;
  let held: Seal | undefined;
  for await (const line of lines) {
    const seal = checkedSeal(line, keys, (held ?? before).number + 1);
    // A repeated number replaces the previous line: the writer did not know whether that was stored.
    if (held && seal.number !== held.number) {
      yield held;
      before = held;
    }
    requireFollows(seal, before);
    held = seal;
  }
  if (held) yield held;
}

function checkedSeal(line: string, keys: SealKeys, expected: number): Seal {
  const seal = sealIn(line);
  const [end, signature = ''] = SIGNATURE.exec(line) ?? [];
  if (!seal || end === undefined) throw forged(expected, 'is not in the format that this program writes');
  const key = keys.get(seal.key);
  if (!key) throw forged(expected, 'is signed with a key that was not given');
  const bytes = Buffer.from(signature, 'base64url');
  // The last character has unused bits. Only the encoding that the signer produces is accepted.
  const exact = bytes.toString('base64url') === signature;
  if (!exact || !verify(null, Buffer.from(`${line.slice(0, -end.length)}}`), key, bytes))
    throw forged(expected, 'does not match its signature');
  return seal;
}

function requireFollows(seal: Seal, before: typeof UNSEALED): void {
  const expected = before.number + 1;
  if (seal.number > expected) {
    throw new Tampered({
      kind: 'SEAL_MISSING',
      seal: expected,
      message: `Seal ${String(expected)} is missing: it is followed by seal ${String(seal.number)}.`,
    });
  }
  if (seal.number < expected)
    throw forged(expected, `is missing: seal ${String(seal.number)} is repeated in its place`);
  if (seal.previous !== before.hash) throw forged(expected, 'does not follow the previous seal');
  if (seal.events !== before.events + sizeOf(seal)) throw forged(expected, 'has a wrong event count');
}

const forged = (seal: number, what: string): Tampered =>
  new Tampered({ kind: 'SEAL_FORGED', seal, message: `Seal ${String(seal)} ${what}.` });
