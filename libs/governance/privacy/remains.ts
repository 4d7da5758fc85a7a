import type { Submitter } from '@waymark/core/commands';
import { isKeyedHash } from '@waymark/core/imports';
import {
  type ClaimEvents,
  type EventStore,
  type Jobs,
  type RecordedEvent,
  type RowStore,
  rowSetName,
  streamId,
} from '@waymark/core/kernel';
import { eventsOfTypes, isEncrypted, isInClear, isSealedHash, personalFieldsOf } from '@waymark/core/log';
import type { Remains } from '@waymark/core/privacy';
import { POLICIES } from '@waymark/core/reactions';
import type { AccessEvents } from '@waymark/governance/access';
import type { ImportState } from '@waymark/modules/imports';
import { views } from '@waymark/modules';
import { governed } from '../governed';

/** Where to look for what an erasure leaves. */
export interface RemainsSources {
  /** The stores without the layers that decrypt: the log as it is stored. */
  readonly stores: { readonly events: EventStore };
  readonly rowStore: Pick<RowStore, 'names'>;
  readonly submitter: Pick<Submitter, 'load'>;
  readonly jobs: Pick<Jobs, 'list'>;
}

const personal = personalFieldsOf([...governed.values()].map(({ domain }) => domain));

/** The events that still have a personal field that can be read. */
export const readable = (events: readonly RecordedEvent[]): readonly RecordedEvent[] =>
  events.filter((event) => isInClear(event, personal));

/** Read everything that is stored of an erased person, and count what remains of it. `streams` are the person's. */
export async function remainsOf(
  sources: RemainsSources,
  person: string,
  streams: readonly string[],
): Promise<Remains> {
  const { stores, rowStore, jobs } = sources;
  const histories = await Promise.all(streams.map((stream) => stores.events.readStream(stream)));
  const events = histories.flat();
  return {
    clearEvents: readable(events).length,
    unsealedHashes: events.filter(({ metadata }) => !isSealedHash(metadata.command.hash)).length,
    unkeyedIds: new Set(JSON.stringify(events).match(UNKEYED_ID)).size,
    claims: await claimsOf(stores.events, new Set(streams)),
    plainFileHashes: await plainFileHashes(sources, events),
    reasons: await reasonsAbout(stores.events, person),
    jobs: await jobsNaming(jobs, streams.map(streamId)),
    earlierRows: (await rowStore.names()).filter((name) => !isCurrent(name)).length,
  };
}

/** A UUID of version 5, as earlier releases derived them. */
const UNKEYED_ID = /[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;

/** The number of values that streams hold. */
async function claimsOf(log: EventStore, holders: ReadonlySet<string>): Promise<number> {
  const held = new Set<string>();
  for await (const { stream, data } of eventsOfTypes(log, ['ValueClaimed'] satisfies (keyof ClaimEvents)[]))
    if (holders.has((data as ClaimEvents['ValueClaimed']).by)) held.add(stream);
  return held.size;
}

/** The number of times that somebody was shown the person's records and gave a reason. */
async function reasonsAbout(log: EventStore, person: string): Promise<number> {
  let count = 0;
  for await (const event of eventsOfTypes(log, ['RecordsRead'] satisfies (keyof AccessEvents)[])) {
    const { pupils, reason } = event.data as AccessEvents['RecordsRead'];
    if (pupils.includes(person) && (isEncrypted(event) || reason !== undefined)) count += 1;
  }
  return count;
}

/** The number of files with a plain hash, in the imports that recorded some of the events. */
async function plainFileHashes(
  { submitter }: Pick<RemainsSources, 'submitter'>,
  events: readonly RecordedEvent[],
): Promise<number> {
  let count = 0;
  for (const id of new Set(events.map(({ metadata }) => metadata.correlation))) {
    const { files } = (await submitter.load('import', id)).state as ImportState;
    count += files.filter(({ sha256 }) => !isKeyedHash(sha256)).length;
  }
  return count;
}

/** An upper limit: more jobs than are kept. */
const MAX_JOBS = 10_000;

async function jobsNaming(jobs: Pick<Jobs, 'list'>, ids: readonly string[]): Promise<number> {
  const kept = await jobs.list({ limit: MAX_JOBS });
  return kept.map((job) => JSON.stringify(job)).filter((job) => ids.some((id) => job.includes(id))).length;
}

const current: ReadonlySet<string> = new Set([...views, POLICIES].map((view) => rowSetName(view)));

/** Whether rows are of the current version of a view, in any generation. */
const isCurrent = (name: string): boolean => current.has(name.replace(/\.\d+$/, ''));
