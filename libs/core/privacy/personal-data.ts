import type { Lookup } from '@waymark/core/access';
import type { Things } from '@waymark/core/commands';
import type { Day } from '@waymark/core/fields';
import type { CommandClass, EventStore } from '@waymark/core/kernel';
import type { ErasureGround } from './grounds';

/** How long one kind of record is kept, and on whose authority. */
export interface RetentionRule {
  readonly record: string;
  readonly kept: string;
  /** The job or event that ends it; undefined where people have to. */
  readonly by?: string;
  readonly source: string;
}

/** The source of a rule that the controller of the data has yet to confirm. */
export const CONTROLLER = 'set by the controller';

/** Why a person is not erased although the record has been kept for long enough. */
export type KeptFor = 'LEGAL_HOLD' | 'PROCESSING_RESTRICTED';

/** When the last reason to keep a person's record ended, and what keeps it nevertheless. */
export interface RecordEnd {
  readonly ended: Day;
  readonly kept?: KeptFor;
}

/** A person's record is erased some years after its end. */
export interface KeptForYears {
  readonly years: number;
  /** The type of the first event of a person's stream. */
  readonly begins: string;
  /** When the record of a person ended who became known on a day; undefined where it is not to be erased. */
  readonly end: (id: string, begun: Day, look: Lookup) => Promise<RecordEnd | undefined>;
}

/** What the data are used for. An objection to mentoring stops what is for mentoring, and nothing else. */
export type Purpose = 'mentoring' | 'attendance' | 'accountability';

/** The module holds no personal data. */
export interface NoPersonalData {
  readonly holds: 'no personal data';
  readonly because: string;
  readonly retention: readonly RetentionRule[];
}

/** The module's things are persons: it holds their identity, and they are erased here. */
export interface Persons {
  readonly holds: 'persons';
  /** The commands that decide and complete an erasure, and the types of their events. */
  readonly erasure: {
    readonly erase: CommandClass<{ ground: ErasureGround; on: Day }>;
    readonly complete: CommandClass<{ keyDestroyedAt: string; events: number }>;
    readonly erased: string;
    readonly completed: string;
  };
  /** The person as subject access shows them. */
  readonly describe: (state: never) => object;
  readonly kept: KeptForYears | 'until erased by decision';
  readonly retention: readonly RetentionRule[];
}

/** Where the records of a person are looked up. */
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
  /** Ids of the things that are records of a person. */
  readonly recordsOf: (person: string, sources: RecordSources) => Promise<readonly string[]>;
  /** How subject access shows a record besides its history, under the module's plural; nothing, if left out. */
  readonly document?: (id: string, things: Things) => Promise<object>;
  /** The command that ends a record when its person is erased, sent after the key was destroyed; none, if left out. */
  readonly whenErased?: () => object;
  readonly retention: readonly RetentionRule[];
}

/** What personal data a module holds, of whom, what for and for how long. */
export type PersonalData = NoPersonalData | Persons | PersonalRecords;
