import type { Submitter } from '@waymark/core/commands';
import { type EventStore, type Jobs, type KeyStore, streamId } from '@waymark/core/kernel';
import { eventsOfTypes, type Keyring } from '@waymark/core/log';
import type { ErasureGround } from '@waymark/core/privacy';
import { EXPORT } from '@waymark/modules/exports';
import { governed } from '../governed';
import { readable, remainsOf, type RemainsSources } from './remains';
import {
  type Histories,
  type PersonId,
  personKind,
  type PersonKindName,
  personKinds,
  streamsOf,
  thingsOf,
} from './kinds';

/** Temporary files that hold personal data, by the id of their job. */
export interface PassingFiles {
  /** Ids of the jobs whose files are older than a moment, in milliseconds. */
  before(moment: number): Promise<string[]>;
  discard(id: string): Promise<void>;
}

/** What is needed to destroy the keys of erased persons. */
export interface ErasureKeys {
  readonly events: EventStore;
  readonly keys: Pick<KeyStore, 'load'>;
  readonly keyring: Pick<Keyring, 'destroy'>;
  /** The current time: UTC, milliseconds. */
  now(): string;
}

/** What is needed to erase a person. */
export interface ErasureParts extends ErasureKeys, Pick<Histories, 'look'>, RemainsSources {
  readonly submitter: Submitter;
  readonly exports: PassingFiles;
  readonly uploads: PassingFiles;
  readonly jobs: Pick<Jobs, 'get' | 'list'>;
}

/** The person to erase, and the ground. */
export interface ErasureRequest extends PersonId {
  readonly ground: ErasureGround;
  /** The day of the decision; today if left out. */
  readonly on?: string;
  readonly actor: string;
}

/** `completed`: no personal data can be read. `waiting`: the key is destroyed, but running work still uses files. */
export type ErasureState = 'completed' | 'waiting';

/**
 * Erase a person's data: record the decision, destroy the key, stop open journeys, and delete files that may hold the
 * person's data. Files in use by running work cannot be deleted yet; the erasure is then `waiting`, and {@link
 * finishErasures} completes it. Calling this again continues the erasure. Throws `UNKNOWN_…`, `LEGAL_HOLD`,
 * `MENTOR_HAS_PUPILS` or `PERSON_HAS_ROLES`.
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

/** Actor of erasures that are completed later. */
const JOB_ACTOR = 'job:erasures';

/**
 * Destroy the keys of all persons whom the log records as erased: restoring an older key store brings such keys back.
 * It must run before the service starts. Returns the persons whose erasure is not complete.
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

/** Continue the erasures that are not complete. Returns the persons whose erasure is still waiting. */
export async function finishErasures(parts: ErasureParts): Promise<PersonId[]> {
  const waiting: PersonId[] = [];
  for (const person of await destroyErasedKeys(parts)) {
    if ((await finish(parts, person, JOB_ACTOR)) === 'waiting') waiting.push(person);
  }
  return waiting;
}

/** Completes an erasure. Each step can be repeated. The last step records that the erasure is complete. */
async function finish(parts: ErasureParts, person: PersonId, actor: string): Promise<ErasureState> {
  const { kind, id } = person;
  // The key comes first, because a restored key store may contain it again. The other steps do not need it.
  const { destroyedAt } = await parts.keyring.destroy(id, parts.now());
  await endRecords(parts, person, actor);
  if (!(await discardFiles(parts))) return 'waiting';
  const streams = await streamsOf(parts, person);
  const events = (await Promise.all(streams.map((stream) => parts.events.readStream(stream)))).flat();
  const left = readable(events);
  if (left.length > 0)
    throw new Error(`after the erasure of a ${kind}, ${String(left.length)} events can still be read`);
  const command = Object.assign(new (personKind(kind).erasure.complete)(), {
    keyDestroyedAt: destroyedAt,
    events: events.length,
    remains: await remainsOf(parts, id, streams),
  });
  await parts.submitter.submit({ module: kind, id, command, actor });
  return 'completed';
}

/** An upper limit: more exports than ever run at a time. */
const MAX_RUNNING = 1_000;

/** End the records of a person that cannot continue, such as journeys. */
async function endRecords(parts: ErasureParts, person: PersonId, actor: string): Promise<void> {
  for (const { module, id } of await thingsOf(parts, person)) {
    const data = governed.get(module)?.personalData;
    if (data?.holds !== 'records' || !data.whenErased) continue;
    await parts.submitter.submit({ module, id, command: data.whenErased(), actor });
  }
}

/**
 * Discard every uploaded or exported file, because it is not known whose data each contains. Files in use by running
 * work are kept: their own job makes them obsolete. Returns false if there are such files.
 */
async function discardFiles({ exports: exportFiles, uploads, jobs }: ErasureParts): Promise<boolean> {
  // The running exports are listed before the files: an export that starts later leaves the person out.
  const running = await jobs.list({ kind: EXPORT, state: 'running', limit: MAX_RUNNING });
  const runningIds = new Set(running.map(({ id }) => id));
  for (const id of await exportFiles.before(Infinity)) if (!runningIds.has(id)) await exportFiles.discard(id);
  let inUse = runningIds.size > 0;
  for (const id of await uploads.before(Infinity)) {
    const state = (await jobs.get(id))?.state ?? 'waiting';
    if (state === 'waiting' || state === 'running') inUse = true;
    else await uploads.discard(id);
  }
  return !inUse;
}

/** The ids of the persons whom the log records as erased. */
export async function erasedIds(events: EventStore): Promise<ReadonlySet<string>> {
  return new Set([...(await erasuresIn(events)).erased.values()].map(({ id }) => id));
}

/** The persons whom the log records as erased, and those whose erasure is complete, by kind and id. */
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

/** Number of keys read at once. */
const PAGE = 1_000;

function* inPages<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let next = 0; next < items.length; next += PAGE) yield items.slice(next, next + PAGE);
}
