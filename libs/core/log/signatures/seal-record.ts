import { type ControlStore, type Position, Refusal, type SealRegister } from '@waymark/core/kernel';
import { sealIn } from './seal';

/** What the log records about its seals. */
export interface SealRecord {
  /** Number of the series: 1 for the first, one more for each that was started anew. */
  readonly series: number;
  /** The line of the last seal of the series; absent before its first seal. */
  readonly last?: string;
  /** Position of the last sealed event in this store. */
  readonly through?: Position;
  /** The series before, with the moment at which each was ended (UTC, milliseconds). */
  readonly former: readonly { readonly last?: string; readonly endedAt: string }[];
}

/** The record of a log that records nothing yet. */
export const FIRST_SERIES: SealRecord = { series: 1, former: [] };

export const SEAL_RECORD_UNREADABLE = 'SEAL_RECORD_UNREADABLE';

/** Read the record of a log. Throws `SEAL_RECORD_UNREADABLE`. */
export async function readSealRecord(log: Pick<SealRegister, 'sealRecord'>): Promise<SealRecord> {
  const text = await log.sealRecord();
  if (text === undefined) return FIRST_SERIES;
  try {
    const record = JSON.parse(text) as Partial<SealRecord> | null;
    if (record && Number.isInteger(record.series) && Array.isArray(record.former))
      return record as SealRecord;
  } catch {
    // Refused below.
  }
  throw new Refusal(
    SEAL_RECORD_UNREADABLE,
    'What the log records about its seals was changed. Run `waymark verify --seals` with the seals, and start a new series with `waymark seal --anew`.',
  );
}

export const saveSealRecord = (log: SealRegister, record: SealRecord): Promise<void> =>
  log.saveSealRecord(JSON.stringify(record));

/** Id of the sealer's document in the control store. */
export const SEALS_DOCUMENT = 'seals';

/** The sealer's document. */
export interface SealerState {
  /** The line of the last seal that was stored everywhere. */
  readonly last?: string;
  /** A line that may have been stored in some places. It is stored in all of them before another is made. */
  readonly pending?: string;
  /** End of the current sealer's lease: UTC, milliseconds. */
  readonly busy?: string;
}

/**
 * The lines of seals that are known apart from the places where seals are stored: from the log's record, and from
 * the sealer's document if there is one. They are lost only together with the log and the views.
 */
export async function knownSeals(
  log: Pick<SealRegister, 'sealRecord'>,
  control?: Pick<ControlStore, 'get'>,
): Promise<readonly string[]> {
  const { last } = await readSealRecord(log);
  const state = (await control?.get(SEALS_DOCUMENT))?.doc as SealerState | undefined;
  return [...new Set([last, state?.last].filter((line) => line !== undefined))];
}

/** The number of the seal in a line. Throws `SEALS_UNREADABLE`. */
export function numberOf(line: string): number {
  const seal = sealIn(line);
  if (seal) return seal.number;
  throw new Refusal(
    'SEALS_UNREADABLE',
    'A line in the seal store is not a seal. Put the file back from another place.',
  );
}
