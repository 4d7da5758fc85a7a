import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Submitter } from '@waymark/core/commands';
import {
  claims,
  type EventStore,
  type Module,
  type RecordedEvent,
  type RowReader,
  type RowStore,
} from '@waymark/core/kernel';
import { copyLog, schemasOf, unknownReason, upcasting } from '@waymark/core/log';
import { projections, Projector, Skips } from '@waymark/core/projections';
import { Reactor } from '@waymark/core/reactions';
import { access } from '@waymark/governance/access';
import { recordingModules } from '@waymark/modules';
import { policies } from '@waymark/modules/policies/index';
import { views } from '@waymark/modules';
import type { Platform } from '@waymark/platform';
import { keyFromFile } from '@waymark/stores/files/key-file';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import { still } from './moments';

const domain = recordingModules.map((module) => module.domain);

const modules: readonly Module[] = [...domain, access as Module, claims as Module, projections];
const schemas = schemasOf(modules);
const now = (): string => still.now();

type Log = readonly RecordedEvent[];

/** Names of what an event creates, if it can be created only once per stream. */
const named: Readonly<Record<string, (data: never) => readonly string[]>> = {
  ProgrammeDefined: () => ['programme'],
  SchoolRegistered: () => ['school'],
  MentorAppointed: () => ['mentor'],
  PupilRegistered: () => ['pupil'],
  PupilReferred: () => ['journey'],
  ConsentGiven: () => ['consent'],
  ConsentWithdrawn: () => ['consent taken back'],
  EligibilityAssessed: () => ['assessment'],
  JourneyCompleted: () => ['completion'],
  BarrierFound: ({ barrier }: { barrier: string }) => [`barrier ${barrier}`],
  SessionHeld: ({ session }: { session: string }) => [`session ${session}`],
  SessionNotHeld: ({ session }: { session: string }) => [`session ${session}`],
  PhaseAdvanced: ({ to }: { to: number }) => [`phase ${String(to)}`],
  AttendanceRecorded: ({ marks }: { marks: { on: string; at: string }[] }) =>
    marks.map(({ on, at }) => `marks of ${on} made at ${at}`),
  PlaceTaken: ({ journey }: { journey: string }) => [`place for ${journey}`],
  PlaceReleased: ({ journey }: { journey: string }) => [`release of ${journey}`],
  ValueClaimed: () => ['claim'],
  RowsImported: ({ file, outcomes }: { file: number; outcomes: [number, number][] }) =>
    outcomes.map(([from]) => `row ${String(file)}:${String(from)}`),
};

/** Duplicates that a log must not contain: event ids, effects of a command, and things that are created only once. */
export function twice(log: Log): string[] {
  const last = new Map<string, string>();
  const names = log.flatMap(({ id, type, stream, data, metadata: { command } }) => {
    const goesOn = last.get(stream) === command.id;
    last.set(stream, command.id);
    return [
      `event ${id}`,
      ...(goesOn ? [] : [`${stream}: effect of command ${command.id}`]),
      ...(named[type]?.(data as never) ?? []).map((name) => `${stream}: ${name}`),
    ];
  });
  const seen = new Set<string>();
  return names.filter((name) => seen.size === seen.add(name).size);
}

/** The largest number of journeys that each mentor had at the same time. */
export function fullest(log: Log): Map<string, number> {
  const places = new Map<string, Set<string>>();
  const most = new Map<string, number>();
  for (const { type, stream, data } of log) {
    const { journey } = data as { journey: string };
    const held = places.get(stream) ?? new Set();
    if (type === 'PlaceTaken') places.set(stream, held.add(journey));
    if (type === 'PlaceReleased') held.delete(journey);
    if (type === 'PlaceTaken') most.set(stream, Math.max(most.get(stream) ?? 0, held.size));
  }
  return most;
}

export function countsByType(log: Log): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of log) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/**
 * A log's events by id, without positions and revisions, which depend on the order of concurrent writers, and without hash
 * chains, because encryption gives a different result each time. Claims are left out: their ids and streams differ in each
 * log.
 */
export const byId = (log: Log): Map<string, object> =>
  new Map(
    log
      .filter(({ type }) => type !== 'ValueClaimed')
      .map(({ position: _, revision: __, metadata: { chain: ___, ...metadata }, ...event }) => [
        event.id,
        { ...event, metadata },
      ]),
  );

/** The keys whose values differ between two maps. */
export const differences = (
  found: ReadonlyMap<string, object>,
  wanted: ReadonlyMap<string, object>,
): string[] =>
  [...new Set([...found.keys(), ...wanted.keys()])]
    .filter((key) => !isDeepStrictEqual(found.get(key), wanted.get(key)))
    .map((key) => `${key}: ${JSON.stringify(found.get(key))}, not ${JSON.stringify(wanted.get(key))}`);

/** Views that are empty, because no staff are registered and nobody contests a UPN. */
const WITHOUT_STAFF = ['people', 'disputes.disputes'];

/** Every row of every view. Throws if a view is empty that is not listed, or if a listed one is not empty. */
async function rowsOf(rows: RowReader, empty: readonly string[]): Promise<Map<string, object>> {
  const found = views.map(async (view) => {
    const all = await rows.find(view);
    if ((all.length === 0) !== empty.includes(view.name))
      throw new Error(`${view.name} shows ${String(all.length)} rows`);
    return all.map(({ key, row }) => [`${view.name} ${key}`, row] as const);
  });
  return new Map((await Promise.all(found)).flat());
}

/** Rows that differ from a rebuild from the log, and reactions of policies that are missing. */
export async function unlikeRebuild(platform: Platform, also: readonly string[] = []): Promise<string[]> {
  const empty = [...WITHOUT_STAFF, ...also];
  await platform.settle();
  const rebuilt = new SqliteRowStore(':memory:');
  try {
    await buildAnew(platform.events, rebuilt);
    return [
      ...differences(await rowsOf(platform.rows, empty), await rowsOf(rebuilt, empty)),
      ...(await leftUndone(platform, rebuilt)),
    ];
  } finally {
    await rebuilt.close();
  }
}

/** Fold the whole log into an empty row store. */
async function buildAnew(events: EventStore, rows: RowStore): Promise<void> {
  const unknown = (event: RecordedEvent): string | undefined => unknownReason(event, schemas);
  const skips = new Skips(events);
  const projector = new Projector({ events, rows, unknown, skips, now, strict: true });
  await projector.assign(views.map((view) => ({ view, epoch: 0 })));
  await projector.catchUp();
  for (const { view, stopped } of projector.states())
    if (stopped !== undefined) throw new Error(`${view.name}: ${stopped}`);
}

/** Run the policies over a copy of the whole log from its beginning. Returns the events that they add, and failures. */
async function leftUndone({ data, stores }: Platform, rows: RowStore): Promise<string[]> {
  const store = new SqliteEventStore(':memory:');
  try {
    await copyLog(stores.events, store, { keepsOrder: true });
    const copy = upcasting(store, modules);
    const before = await copy.head();
    const hashKey = keyFromFile(join(data, 'keys', 'hash.key'));
    const submitter = new Submitter({
      events: copy,
      modules: [...domain, projections],
      hashKey,
      clock: still,
    });
    const failures: string[] = [];
    const reactor = new Reactor({
      ...{ events: copy, rows, policies, submitter, skips: new Skips(copy), now },
      onParked: (stream, { error }) => failures.push(`${stream} waits: ${error}`),
      onFailed: (error) => failures.push(String(error)),
    });
    await reactor.catchUp();
    const { events: more } = await copy.readAll(before, 10);
    const done = more.map(({ type, stream }) => `policies had left ${type} undone in ${stream}`);
    return [...failures, ...done];
  } finally {
    await store.close();
  }
}
