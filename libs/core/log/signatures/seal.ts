import { createHash, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { type Position, START } from '@waymark/core/kernel';
import { NO_HASH } from './chain';
import { Tampered } from './tampering';

/** What a seal says of a part of the log: which events stand there, in which order, after which others. */
interface Statement {
  /** 1, 2, 3 … */
  readonly number: number;
  /** Events from the log's beginning to the last that is sealed. */
  readonly events: number;
  /** Where in the store the sealed part begins: after this position. A help to go on from; other stores have others. */
  readonly after: Position;
  /** When it was made: UTC, milliseconds. */
  readonly at: string;
  /** Over the root before it and the hashes of the events, in their order. */
  readonly root: string;
  /** Hash of the seal before it, signature included. */
  readonly previous: string;
  /** The first six bytes of each event's hash, in Base64: they tell which event it is that is not as it was. */
  readonly leaves: string;
  /** Which key signed it. */
  readonly key: string;
}

/** A seal as it was read or made. */
export interface Seal extends Statement {
  /** Its hash, for the next one. */
  readonly hash: string;
}

/** Keys that seals may be signed with, by their ids. */
export type SealKeys = ReadonlyMap<string, KeyObject>;

/** Before the first seal. */
export const UNSEALED: Pick<Seal, 'number' | 'events' | 'root' | 'hash'> = {
  ...{ number: 0, events: 0 },
  ...{ root: NO_HASH, hash: NO_HASH },
};

/** Characters of a leaf: they are the first ones of a hash. */
const LEAF = 8;

export const leafOf = (hash: string): string => hash.slice(0, LEAF);

/** A leaf of a seal, by the event's place among those that it seals. */
export const leafAt = ({ leaves }: Pick<Seal, 'leaves'>, index: number): string =>
  leaves.slice(index * LEAF, (index + 1) * LEAF);

/** How many events a seal seals. */
export const sizeOf = ({ leaves }: Pick<Seal, 'leaves'>): number => leaves.length / LEAF;

export const rootOf = (before: string, hashes: readonly string[]): string =>
  hash('sha256', [before, ...hashes].join('\n'), 'base64url');

/** Tells a key from others, whether it is the private or the public one: 16 characters of its hash. */
export const keyId = (key: KeyObject): string =>
  createHash('sha256')
    .update((key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' }))
    .digest('base64url')
    .slice(0, 16);

const SIGNATURE = /,"signature":"([\w-]{86})"\}$/;

/** Seal events that follow a seal. Returns the line to keep, too. */
export function sealed(
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
  return { seal: { ...statement, hash: hashOf(line) }, line };
}

const hashOf = (line: string): string => hash('sha256', line, 'base64url');

/** What a line says, whoever wrote it; undefined where it is no seal. */
export function sealIn(line: string): Seal | undefined {
  try {
    const seal = JSON.parse(line) as Seal | null;
    if (typeof seal?.leaves !== 'string' || seal.leaves === '') return undefined;
    if (!Number.isInteger(sizeOf(seal))) return undefined;
    return { ...seal, after: seal.after >= START ? seal.after : START, hash: hashOf(line) };
  } catch {
    return undefined;
  }
}

/** The seals of some lines, each of them found to be signed and to follow the one before it. Throws {@link Tampered}. */
export async function* sealsOf(
  lines: AsyncIterable<string>,
  keys: SealKeys,
): AsyncGenerator<Seal, void, undefined> {
  let before = UNSEALED;
  let held: Seal | undefined;
  for await (const line of lines) {
    const seal = signed(line, keys, (held ?? before).number + 1);
    // A number that comes again takes the place of the first: its writer was not sure of that.
    if (held && seal.number !== held.number) {
      yield held;
      before = held;
    }
    requireFollows(seal, before);
    held = seal;
  }
  if (held) yield held;
}

function signed(line: string, keys: SealKeys, expected: number): Seal {
  const seal = sealIn(line);
  const [end, signature = ''] = SIGNATURE.exec(line) ?? [];
  if (!seal || end === undefined) throw forged(expected, 'is not one as this program writes them');
  const key = keys.get(seal.key);
  if (!key) throw forged(expected, 'was signed with a key that is not among those given');
  const bytes = Buffer.from(signature, 'base64url');
  // The last character has bits to spare: only one way to write them is the signer's.
  const exact = bytes.toString('base64url') === signature;
  if (!exact || !verify(null, Buffer.from(`${line.slice(0, -end.length)}}`), key, bytes))
    throw forged(expected, 'does not bear out its signature');
  return seal;
}

function requireFollows(seal: Seal, before: typeof UNSEALED): void {
  const expected = before.number + 1;
  if (seal.number > expected) {
    throw new Tampered({
      kind: 'SEAL_MISSING',
      seal: expected,
      message: `Seal ${String(expected)} is missing: seal ${String(seal.number)} comes in its place.`,
    });
  }
  if (seal.number < expected) throw forged(expected, `is missing: seal ${String(seal.number)} comes again`);
  if (seal.previous !== before.hash) throw forged(expected, 'does not follow from the one before it');
  if (seal.events !== before.events + sizeOf(seal)) throw forged(expected, 'miscounts its events');
}

const forged = (seal: number, what: string): Tampered =>
  new Tampered({ kind: 'SEAL_FORGED', seal, message: `Seal ${String(seal)} ${what}.` });
