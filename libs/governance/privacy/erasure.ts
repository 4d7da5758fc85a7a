import type { Submitter } from '@waymark/core/commands';
import { type EventStore, type Jobs, type KeyStore, streamId } from '@waymark/core/kernel';
import { eventsOfTypes, type Keyring } from '@waymark/core/log';
import type { ErasureGround } from '@waymark/core/privacy';
import { EXPORT } from '@waymark/modules/exports';
import { governed } from '../governed';
import {
  type Histories,
  type PersonId,
  personKind,
  type PersonKindName,
  personKinds,
  streamsOf,
  thingsOf,
} from './kinds';

/** Files that hold personal data for a while, by the job that they belong to. */
export interface PassingFiles {
  /** Jobs whose files are older than a moment, in milliseconds. */
  before(moment: number): Promise<string[]>;
  discard(id: string): Promise<void>;
}

/** What it takes to destroy keys by what the log says. */
export interface ErasureKeys {
  readonly events: EventStore;
  readonly keys: Pick<KeyStore, 'load'>;
  readonly keyring: Pick<Keyring, 'destroy'>;
  /** The present moment: UTC, milliseconds. */
  now(): string;
}

/** What erasing takes. */
export interface ErasureParts extends ErasureKeys, Pick<Histories, 'look'> {
  readonly submitter: Submitter;
  readonly exports: PassingFiles;
  readonly uploads: PassingFiles;
  readonly jobs: Pick<Jobs, 'get' | 'list'>;
}

/** Whose data are to be erased, and why. */
export interface ErasureRequest extends PersonId {
  readonly ground: ErasureGround;
  /** The day of the decision; today, if left out. */
  readonly on?: string;
  readonly actor: string;
}

/** Nothing of the person can be read any more; or the key is destroyed, and files have yet to go that work is under way with. */
export type ErasureState = 'completed' | 'waiting';

/**
 * Erase a person's data: it is recorded, the key is destroyed, open journeys are stopped, and files go that may hold the
 * person. What work is under way with goes with that: then the erasure is `waiting`, and {@link finishErasures} completes it.
 * Done again, it goes on where it was. Refused as `UNKNOWN_…`, `LEGAL_HOLD`, `MENTOR_HAS_PUPILS` and `PERSON_HAS_ROLES`.
 */
export async function erase(
  parts: ErasureParts,
  { kind, id, ground, on = parts.now().slice(0, 10), actor }: ErasureRequest,
): Promise<ErasureState> {
  const command = Object.assign(new (personKind(kind).erasure.erase)(), { ground, on });
  await parts.submitter.submit({ module: kind, id, command, actor });
  const { state } = await parts.submitter.load(kind, id);
  if ((state as { readonly erasure?: string }).erasure === 'completed') return 'completed';
  return finish(parts, { kind, id }, actor);
}

/** Who finishes what was cut off. */
const FINISHER = 'job:erasures';

/**
 * See to it that there is no key of anybody whose erasure the log tells of, as there would be after a restore of older keys: to
 * be done before anything is served. Returns those whose erasure was cut off, or waits.
 */
export async function destroyErasedKeys(parts: ErasureKeys): Promise<PersonId[]> {
  const { erased, completed } = await erasuresIn(parts.events);
  for (const persons of inPages([...erased.values()])) {
    const known = await parts.keys.load(persons.map(({ id }) => id));
    for (const { id } of persons) {
      const key = known.get(id);
      if (!key || !('destroyedAt' in key)) await parts.keyring.destroy(id, parts.now());
    }
  }
  return [...erased.values()].filter((person) => !completed.has(nameOf(person)));
}

/** Go on with erasures that were cut off, or waited. Returns those that wait still. */
export async function finishErasures(parts: ErasureParts): Promise<PersonId[]> {
  const waiting: PersonId[] = [];
  for (const person of await destroyErasedKeys(parts)) {
    if ((await finish(parts, person, FINISHER)) === 'waiting') waiting.push(person);
  }
  return waiting;
}

/** Each step may be done again. The last says that nothing is left to be done. */
async function finish(parts: ErasureParts, person: PersonId, actor: string): Promise<ErasureState> {
  const { kind, id } = person;
  // First of all, for a restored key store may hold the key no longer, or again: what it sealed need not be read for the rest.
  const { destroyedAt } = await parts.keyring.destroy(id, parts.now());
  await endRecords(parts, person, actor);
  if (!(await discardFiles(parts))) return 'waiting';
  const histories = await Promise.all(
    (await streamsOf(parts, person)).map((stream) => parts.events.readStream(stream)),
  );
  const events = histories.reduce((sum, history) => sum + history.length, 0);
  const command = Object.assign(new (personKind(kind).erasure.complete)(), {
    keyDestroyedAt: destroyedAt,
    events,
  });
  await parts.submitter.submit({ module: kind, id, command, actor });
  return 'completed';
}

/** More exports than are ever written at a time. */
const MANY = 1_000;

/** End the records of a person that do not go on without them, such as journeys. */
async function endRecords(parts: ErasureParts, person: PersonId, actor: string): Promise<void> {
  for (const { module, id } of await thingsOf(parts, person)) {
    const data = governed.get(module)?.personalData;
    if (data?.holds !== 'records' || !data.whenErased) continue;
    await parts.submitter.submit({ module, id, command: data.whenErased(), actor });
  }
}

/**
 * Discard every file that was sent or exported: nothing says whom each holds. Those that work is under way with are left: they
 * are of no more use once it is done, and false says so.
 */
async function discardFiles({ exports: exported, uploads, jobs }: ErasureParts): Promise<boolean> {
  // Asked before the files are listed: what is begun from here on leaves the person out.
  const running = await jobs.list({ kind: EXPORT, state: 'running', limit: MANY });
  const being = new Set(running.map(({ id }) => id));
  for (const id of await exported.before(Infinity)) if (!being.has(id)) await exported.discard(id);
  let inUse = being.size > 0;
  for (const id of await uploads.before(Infinity)) {
    const state = (await jobs.get(id))?.state ?? 'waiting';
    if (state === 'waiting' || state === 'running') inUse = true;
    else await uploads.discard(id);
  }
  return !inUse;
}

/** Whom the log says to be erased, and whose erasure is complete; each by kind and id. */
async function erasuresIn(
  events: EventStore,
): Promise<{ erased: ReadonlyMap<string, PersonId>; completed: ReadonlySet<string> }> {
  const [begun, ended] = [kindsBy('erased'), kindsBy('completed')];
  const erased = new Map<string, PersonId>();
  const completed = new Set<string>();
  const types = [...personKinds.values()].flatMap(({ erasure }) => [erasure.erased, erasure.completed]);
  for await (const { type, stream } of eventsOfTypes(events, types)) {
    const id = streamId(stream);
    const [kind, done] = [begun.get(type), ended.get(type)];
    if (kind) erased.set(nameOf({ kind, id }), { kind, id });
    if (done) completed.add(nameOf({ kind: done, id }));
  }
  return { erased, completed };
}

const kindsBy = (event: 'erased' | 'completed'): ReadonlyMap<string, PersonKindName> =>
  new Map([...personKinds].map(([kind, { erasure }]) => [erasure[event], kind]));

const nameOf = ({ kind, id }: PersonId): string => `${kind} ${id}`;

/** Keys looked at together. */
const PAGE = 1_000;

function* inPages<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let next = 0; next < items.length; next += PAGE) yield items.slice(next, next + PAGE);
}
