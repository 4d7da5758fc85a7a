import { isDeepStrictEqual } from 'node:util';
import type { RecordedEvent } from '@waymark/kernel';
import type { Platform } from '@waymark/platform';
import { views } from '@waymark/views';

type Log = readonly RecordedEvent[];

/** How a thing is called that an event brings into being, and that can come into being once. */
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

/** What stands in a log more than once and must not: an event's id, a command's effect, a thing coming into being. */
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

/** The most journeys that each mentor has had places for at once. */
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
 * A log's events by id, without what depends on who was quicker: their places in streams of several writers. Claims
 * have ids and streams that are another log's own.
 */
export const byId = (log: Log): Map<string, object> =>
  new Map(
    log
      .filter(({ type }) => type !== 'ValueClaimed')
      .map(({ position: _, revision: __, ...event }) => [event.id, event]),
  );

/** The names under which two maps hold different things. */
export const differences = (
  found: ReadonlyMap<string, object>,
  wanted: ReadonlyMap<string, object>,
): string[] =>
  [...new Set([...found.keys(), ...wanted.keys()])]
    .filter((key) => !isDeepStrictEqual(found.get(key), wanted.get(key)))
    .map((key) => `${key}: ${JSON.stringify(found.get(key))}, not ${JSON.stringify(wanted.get(key))}`);

/** Every row of every view, none of which may be empty but those named. */
async function rowsOf(platform: Platform, empty: readonly string[]): Promise<Map<string, object>> {
  await platform.settle();
  const found = views.map(async (view) => {
    const rows = await platform.rows.find(view);
    if ((rows.length === 0) !== empty.includes(view.name))
      throw new Error(`${view.name} shows ${String(rows.length)} rows`);
    return rows.map(({ key, row }) => [`${view.name} ${key}`, row] as const);
  });
  return new Map((await Promise.all(found)).flat());
}

/**
 * Rows that are not what a rebuild from the log makes of them; and whether policies, which start over there as well,
 * find something to do that had not been done.
 */
export async function unlikeRebuild(platform: Platform, empty: readonly string[] = []): Promise<string[]> {
  const rebuilt = await platform.scratch();
  try {
    const rows = differences(await rowsOf(platform, empty), await rowsOf(rebuilt, empty));
    const more = (await rebuilt.events.head()) - (await platform.events.head());
    return more === 0 ? rows : [...rows, `policies recorded ${String(more)} events more`];
  } finally {
    await rebuilt.close();
  }
}
