import { Type } from '@sinclair/typebox';
import { redactUpns } from '@waymark/core/fields';
import { type Answer, count, moment, object, position, text } from '@waymark/core/questions';
import type { Principal } from '@waymark/core/access';
import { type EventStore, START } from '@waymark/core/kernel';
import { eventsOfTypes } from '@waymark/core/log';
import type { ParkedRow } from '@waymark/core/upkeep';
import type { Platform } from '@waymark/platform';
import { findView } from './view-names';

/** A parked row of a view, or a parked stream of the policies, whose view is `policies`. */
export const parkedRowSchema = object(
  {
    view: text(),
    version: Type.Integer(),
    generation: Type.Integer(),
    key: text('The key of the row, or the name of the stream.'),
    event: text("The event's id."),
    type: text(),
    position: position(),
    error: text(),
    since: moment(),
    waiting: count('Events of this row that wait behind it.'),
  },
  { $id: 'ParkedRowReport' },
);

export type ParkedRowReport = Answer<typeof parkedRowSchema>;

/** A parked row, by its view and key. */
export interface ParkedRowId {
  readonly view: string;
  readonly key: string;
}

type Parked = Pick<Platform, 'parking' | 'log' | 'accessLog'>;

/*
 * Each of these functions records in the access log whose rows it shows to the reader.
 */

/** List all parked rows and streams. */
export const listParkedRows = async (platform: Parked, reader: Principal): Promise<ParkedRowReport[]> =>
  shownTo(reader, platform, await platform.parking.list());

/** Fold the waiting events of a row again. Returns the row in each generation in which it is still parked. */
export const retryParkedRow = async (
  platform: Parked,
  reader: Principal,
  { view, key }: ParkedRowId,
): Promise<ParkedRowReport[]> =>
  shownTo(reader, platform, await platform.parking.retry(presentName(view), key));

/** Skip the event that a row is parked at, and record the reason. Returns the row in each generation in which it is still parked. */
export const skipParkedEvent = async (
  platform: Parked,
  reader: Principal,
  { view, key, reason }: ParkedRowId & { readonly reason: string },
): Promise<ParkedRowReport[]> =>
  shownTo(reader, platform, await platform.parking.skip(presentName(view), key, reason, reader.id));

async function shownTo(
  reader: Principal,
  { log, accessLog }: Parked,
  rows: readonly ParkedRow[],
): Promise<ParkedRowReport[]> {
  const subjects: string[] = [];
  for (const { parked } of rows) subjects.push(...(await subjectOf(log, parked)));
  await accessLog.record(reader, 'ListParked', subjects);
  return toReports(rows);
}

/** The person whom the event concerns at which a row is parked, by id; empty if it concerns nobody. */
async function subjectOf(
  log: Pick<EventStore, 'readAll'>,
  { event: id, type, position, after = START }: ParkedRow['parked'],
): Promise<string[]> {
  for await (const event of eventsOfTypes(log, [type], after)) {
    if (event.id === id) return event.metadata.subject === undefined ? [] : [event.metadata.subject];
    if (event.position > position) break;
  }
  return [];
}

/** The policies, whose streams are parked too, are not a view. */
const presentName = (view: string): string => findView(view)?.name ?? view;

/** UPNs are redacted from the errors. */
const toReports = (rows: readonly ParkedRow[]): ParkedRowReport[] =>
  rows.map(({ parked: { after: _after, ...parked }, ...row }) => ({
    ...row,
    ...parked,
    error: redactUpns(parked.error),
  }));
