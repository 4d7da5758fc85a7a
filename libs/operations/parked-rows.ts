import { Type } from '@sinclair/typebox';
import { redactUpns } from '@waymark/core/fields';
import { type Answer, count, moment, object, position, text } from '@waymark/core/questions';
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

/** List all parked rows and streams. */
export const listParkedRows = async ({ parking }: Platform): Promise<ParkedRowReport[]> =>
  toReports(await parking.list());

/** Fold the waiting events of a row again. Returns the row in each generation in which it is still parked. */
export const retryParkedRow = async (
  { parking }: Platform,
  view: string,
  key: string,
): Promise<ParkedRowReport[]> => toReports(await parking.retry(presentName(view), key));

/** Skip the event that a row is parked at, and record the reason. Returns the row in each generation in which it is still parked. */
export const skipParkedEvent = async (
  { parking }: Platform,
  view: string,
  key: string,
  { reason, actor }: { readonly reason: string; readonly actor: string },
): Promise<ParkedRowReport[]> => toReports(await parking.skip(presentName(view), key, reason, actor));

/** The policies, whose streams are parked too, are not a view. */
const presentName = (view: string): string => findView(view)?.name ?? view;

/** UPNs are redacted from the errors. */
const toReports = (rows: readonly ParkedRow[]): ParkedRowReport[] =>
  rows.map(({ parked: { after: _after, ...parked }, ...row }) => ({
    ...row,
    ...parked,
    error: redactUpns(parked.error),
  }));
