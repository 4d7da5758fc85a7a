import type { LogStore, Position } from '@waymark/core/kernel';
import { sealIn } from './seal';
import { readSealRecord } from './seal-record';
import type { Tampering } from './tampering';
import { verifyLog, type VerifyOptions } from './verify';

/** The log does not have the number of events that were sealed. */
export interface Shortfall {
  /** Number of sealed events, and of those that the log has up to the last of them. */
  readonly sealed: number;
  readonly found: number;
  /** Position of the last sealed event. */
  readonly through: Position;
  /** Number of the last seal. */
  readonly seal: number;
  /** The first fault that verification finds, such as the first event that is missing. */
  readonly fault?: Tampering;
}

/**
 * Compare the number of events of a log with the number that its last seal states, and find the first one that is
 * missing. Undefined if they agree, or if the log does not record that it was sealed. This counts events; only
 * verification shows whether they are the same ones.
 */
export async function shortfallOf(
  log: LogStore,
  seals: Pick<VerifyOptions, 'seals' | 'keys'> = {},
): Promise<Shortfall | undefined> {
  const { last, through } = await readSealRecord(log);
  const seal = last === undefined ? undefined : sealIn(last);
  if (!seal || through === undefined) return undefined;
  const found = await log.count(through);
  if (found === seal.events) return undefined;
  const { fault } = await verifyLog(log, seals);
  return { sealed: seal.events, found, through, seal: seal.number, ...(fault && { fault }) };
}

/** Describe a shortfall as text. */
export function shortfallText({ sealed, found, through, seal, fault }: Shortfall): string {
  const what = `the log has ${String(found)} of the ${String(sealed)} events up to position ${String(through)} that seal ${String(seal)} covers`;
  return `${what}${fault ? `. ${fault.message}` : ''}`;
}
