import {
  ControlMoved,
  type ControlStore,
  type Position,
  type RowSet,
  rowSetName,
  storedName,
  type View,
} from '@waymark/core/kernel';

/** Identifies the rows of a view: a version, and the number of the build. */
export interface Generation {
  readonly version: number;
  readonly generation: number;
}

/**
 * State of a new generation: `planned`, `building` from the log, `catching up` with recent events, `verified`.
 * It then goes live, and the previous generation is kept up to date until it is retired.
 */
export type BuildState = 'planned' | 'building' | 'catching up' | 'verified';

/**
 * Result of verifying a generation: its rows compared with the live generation, if both have the same version.
 */
export interface Verified {
  readonly rows: number;
  /**
   * Number of rows that differ from the live generation or exist only in one of the two; absent if the versions
   * differ.
   */
  readonly different?: number;
}

export interface Build extends Generation {
  readonly state: BuildState;
  readonly since: string;
  /** The build is paused until it is resumed. */
  readonly paused?: boolean;
  /** How often the build was resumed; absent means never. */
  readonly resumed?: number;
  /** The generation goes live only on request. */
  readonly hold?: boolean;
  readonly verified?: Verified;
  /** Why the build failed. */
  readonly failed?: string;
}

/** The control document of a view. */
export interface ViewRecord {
  /** The live generation; absent until the first one is built. */
  readonly serving?: Generation;
  /** The generation that was live before. It is kept up to date so that the switch can be reverted. */
  readonly previous?: Generation;
  readonly building?: Build;
  /** The highest generation so far of each version. */
  readonly built: Readonly<Record<number, number>>;
  /** Generations that stopped at an event, by row set name, with the reason. */
  readonly stopped: Readonly<Record<string, { readonly reason: string; readonly position: Position }>>;
  /** Generations that are no longer kept up to date and whose rows have not been dropped yet. */
  readonly retired?: readonly Generation[];
}

const PREFIX = 'view/';
const none: ViewRecord = { built: {}, stopped: {} };
const ATTEMPTS = 50;

/** The generations of each view and which one is live; shared by all processes. */
export class Catalog {
  /** Stored names by present name, and the reverse. */
  private readonly stored: ReadonlyMap<string, string>;
  private readonly present: ReadonlyMap<string, string>;

  constructor(
    private readonly control: ControlStore,
    views: readonly Pick<View, 'name' | 'formerly'>[],
    /** Called with the stored name of a view and each change that this process makes. */
    private readonly onChanged: (stored: string, before: ViewRecord, after: ViewRecord) => void = () =>
      undefined,
  ) {
    this.stored = new Map(views.map((view) => [view.name, storedName(view)]));
    this.present = new Map(views.map((view) => [storedName(view), view.name]));
  }

  /** The records of all views, by name. */
  async records(): Promise<ReadonlyMap<string, ViewRecord>> {
    const documents = await this.control.list(PREFIX);
    return new Map(
      documents.map(({ id, doc }) => {
        const stored = id.slice(PREFIX.length);
        return [this.present.get(stored) ?? stored, doc as ViewRecord];
      }),
    );
  }

  async record(view: string): Promise<ViewRecord> {
    return ((await this.control.get(this.document(view)))?.doc as ViewRecord | undefined) ?? none;
  }

  /**
   * Change a view's record. The function is called again if another process changed the record concurrently.
   */
  async change(view: string, to: (record: ViewRecord) => ViewRecord): Promise<ViewRecord> {
    const document = this.document(view);
    for (let attempt = 1; ; attempt += 1) {
      const known = await this.control.get(document);
      const before = (known?.doc as ViewRecord | undefined) ?? none;
      const after = to(before);
      if (after === before) return before;
      try {
        await this.control.put(document, known?.revision ?? 'none', after);
        this.onChanged(document.slice(PREFIX.length), before, after);
        return after;
      } catch (error) {
        if (!(error instanceof ControlMoved) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** The row set of a generation of a view, as the stores know it. */
  rowSet(view: string, { version, generation }: Generation): RowSet {
    const formerly = this.stored.get(view) ?? view;
    return { name: view, formerly, version, generation, indexes: [] };
  }

  private document(view: string): string {
    return PREFIX + (this.stored.get(view) ?? view);
  }
}

/** The view at a generation, if this code can project that version: the current one, or a former one. */
export function generationOf(view: View, wanted: Generation | undefined): View | undefined {
  if (!wanted) return undefined;
  const known = [view, ...view.former.map((former) => former.view)].find(
    ({ version }) => version === wanted.version,
  );
  return known && { ...known, generation: wanted.generation };
}

/**
 * The generation that this code reads: the live one or, if that belongs to another release, the previous one.
 */
export const readable = (view: View, { serving, previous }: ViewRecord): View | undefined =>
  generationOf(view, serving) ?? generationOf(view, previous);

/** Why the generation that this code reads has stopped, if it has. */
export function stoppedAt(view: View, record: ViewRecord | undefined): string | undefined {
  const served = record && readable(view, record);
  return served && record.stopped[rowSetName(served)]?.reason;
}

/** All generations of a view that are kept up to date with the log. */
export function maintained(view: View, { serving, previous, building }: ViewRecord): View[] {
  const caughtUp = building && (building.state === 'catching up' || building.state === 'verified');
  return [serving, previous, caughtUp ? building : undefined].flatMap(
    (generation) => generationOf(view, generation) ?? [],
  );
}

export const sameGeneration = (one: Generation | undefined, other: Generation | undefined): boolean =>
  one?.version === other?.version && one?.generation === other?.generation;

/** What people read of a generation: the present name of its view, with the version. */
export const nameOf = (view: string, generation: Generation): string =>
  rowSetName({ name: view, ...generation });
