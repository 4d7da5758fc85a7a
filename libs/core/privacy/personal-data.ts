import type { Lookup } from '@waymark/core/kernel';
import type { Things } from '@waymark/core/commands';
import type { Day } from '@waymark/core/fields';
import type { CommandClass, EventStore } from '@waymark/core/kernel';
import type { ErasureOutcome } from './erasure';
import type { ErasureGround } from './grounds';

/** How long one kind of record is kept, and the source of that rule. */
export interface RetentionRule {
  readonly record: string;
  readonly kept: string;
  /** The job or event that ends the retention; undefined if a person must end it. */
  readonly by?: string;
  readonly source: string;
}

/** The source of a rule that the data controller has not confirmed yet. */
export const CONTROLLER = 'set by the controller';

/** Why a person is not erased although the retention period has ended. */
export type KeptFor = 'LEGAL_HOLD' | 'PROCESSING_RESTRICTED';

/** When the last reason to keep a person's record ended, and what still prevents erasure. */
export interface RecordEnd {
  readonly ended: Day;
  readonly kept?: KeptFor;
}

/** A person is erased a number of years after the record has ended. */
export interface KeptForYears {
  readonly years: number;
  /** The type of the first event of a person's stream. */
  readonly begins: string;
  /** When the record of a person, first recorded on the day `begun`, ended; undefined if it is not to be erased. */
  readonly end: (id: string, begun: Day, look: Lookup) => Promise<RecordEnd | undefined>;
}

/** What the data are used for. An objection to mentoring stops only the use for mentoring. */
export type Purpose = 'mentoring' | 'attendance' | 'accountability';

/** The module holds no personal data. */
export interface NoPersonalData {
  readonly holds: 'no personal data';
  readonly because: string;
  readonly retention: readonly RetentionRule[];
}

/** The module's things are persons: it holds their identity and the commands that erase them. */
export interface Persons {
  readonly holds: 'persons';
  /** The commands that decide and complete an erasure, and the types of their events. */
  readonly erasure: {
    readonly erase: CommandClass<{ ground: ErasureGround; on: Day }>;
    readonly complete: CommandClass<ErasureOutcome>;
    readonly erased: string;
    readonly completed: string;
  };
  /** The person as shown in a subject access answer. */
  readonly describe: (state: never) => object;
  readonly kept: KeptForYears | 'until erased by decision';
  readonly retention: readonly RetentionRule[];
}

/** Where a person's records are looked up. */
export interface RecordSources {
  readonly look: Lookup;
  readonly events: Pick<EventStore, 'readAll'>;
}

/** The module's things are records of the persons of another module. */
export interface PersonalRecords {
  readonly holds: 'records';
  /** The module whose things are the persons: `pupil`. */
  readonly person: string;
  readonly purpose: Purpose;
  /** Ids of the things that are a person's records. */
  readonly recordsOf: (person: string, sources: RecordSources) => Promise<readonly string[]>;
  /** What subject access shows of a record besides its history, under the module's plural; nothing if left out. */
  readonly document?: (id: string, things: Things) => Promise<object>;
  /**
   * Creates the command that ends a record when its person is erased, sent after the key was destroyed; none if left
   * out.
   */
  readonly whenErased?: () => object;
  readonly retention: readonly RetentionRule[];
}

/** Which personal data a module holds, of whom, for what purpose and for how long. */
export type PersonalData = NoPersonalData | Persons | PersonalRecords;
