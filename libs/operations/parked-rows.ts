import { redactUpns } from '@waymark/core/fields';
import type { Parked } from '@waymark/core/kernel';
import type { ParkedRow } from '@waymark/core/upkeep';
import type { Platform } from '@waymark/platform';

/** A row that waits at an event, or a stream of the policies, under the name of `policies`. */
export interface WaitingRow extends Omit<ParkedRow, 'parked'>, Omit<Parked, 'after'> {}

/** Everything that waits at an event which could not be taken. */
export const waitingRows = async ({ parking }: Platform): Promise<WaitingRow[]> => told(await parking.list());

/** Let a row take what waits, now that the code has been mended; returns what of it still waits. */
export const retryRow = async ({ parking }: Platform, view: string, key: string): Promise<WaitingRow[]> =>
  told(await parking.retry(view, key));

/** Leave out the event that a row waits at, for a reason that is recorded; returns what of it still waits. */
export const skipEvent = async (
  { parking }: Platform,
  view: string,
  key: string,
  { reason, actor }: { readonly reason: string; readonly actor: string },
): Promise<WaitingRow[]> => told(await parking.skip(view, key, reason, actor));

/** Without pupils' numbers, whatever the error quotes. */
const told = (rows: readonly ParkedRow[]): WaitingRow[] =>
  rows.map(({ parked: { after: _after, ...parked }, ...row }) => ({
    ...row,
    ...parked,
    error: redactUpns(parked.error),
  }));
