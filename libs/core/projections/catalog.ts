import { ControlMoved, type ControlStore, type Position, rowSetName, type View } from '@waymark/core/kernel';

/** Which rows of a view: a version, and how often it has been built. */
export interface Generation {
  readonly version: number;
  readonly generation: number;
}

/**
 * How far a new generation is. `planned`, `building` from the log, `catching up` with what came meanwhile, `verified`.
 * Then it goes live, and the one before is kept up until it is retired.
 */
export type BuildState = 'planned' | 'building' | 'catching up' | 'verified';

/** What verifying a generation found: its rows beside those that serve, where both are of one version. */
export interface Verified {
  readonly rows: number;
  /** Rows that differ from those that serve, or are there on one side only; left out where versions differ. */
  readonly different?: number;
}

export interface Build extends Generation {
  readonly state: BuildState;
  readonly since: string;
  /** It rests where it is until it is resumed. */
  readonly paused?: boolean;
  /** How often it was resumed; never, if left out. */
  readonly resumed?: number;
  /** It goes live only when somebody says so. */
  readonly hold?: boolean;
  readonly verified?: Verified;
  /** Why it could not go on. */
  readonly failed?: string;
}

/** What the control store knows of a view. */
export interface ViewRecord {
  /** What queries are answered from; absent until the first generation was built. */
  readonly serving?: Generation;
  /** What they were answered from before: kept up, so that the switch can be taken back. */
  readonly previous?: Generation;
  readonly building?: Build;
  /** The highest generation there ever was of each version. */
  readonly built: Readonly<Record<number, number>>;
  /** Generations, by the name of their rows, that stopped at an event, and why. */
  readonly stopped: Readonly<Record<string, { readonly reason: string; readonly position: Position }>>;
  /** Generations that are kept up no longer, and whose rows are not forgotten yet. */
  readonly retired?: readonly Generation[];
}

const PREFIX = 'view/';
const none: ViewRecord = { built: {}, stopped: {} };
const ATTEMPTS = 50;

/** Which generations there are of each view, and which one serves: the same for all processes. */
export class Catalog {
  constructor(
    private readonly control: ControlStore,
    /** Told of what this process changed. */
    private readonly onChanged: (view: string, before: ViewRecord, after: ViewRecord) => void = () =>
      undefined,
  ) {}

  /** What is known of every view. */
  async records(): Promise<ReadonlyMap<string, ViewRecord>> {
    const documents = await this.control.list(PREFIX);
    return new Map(documents.map(({ id, doc }) => [id.slice(PREFIX.length), doc as ViewRecord]));
  }

  async record(view: string): Promise<ViewRecord> {
    return ((await this.control.get(PREFIX + view))?.doc as ViewRecord | undefined) ?? none;
  }

  /** Change what is known of a view, by a function that is asked again where somebody else was quicker. */
  async change(view: string, to: (record: ViewRecord) => ViewRecord): Promise<ViewRecord> {
    for (let attempt = 1; ; attempt += 1) {
      const known = await this.control.get(PREFIX + view);
      const before = (known?.doc as ViewRecord | undefined) ?? none;
      const after = to(before);
      if (after === before) return before;
      try {
        await this.control.put(PREFIX + view, known?.revision ?? 'none', after);
        this.onChanged(view, before, after);
        return after;
      } catch (error) {
        if (!(error instanceof ControlMoved) || attempt === ATTEMPTS) throw error;
      }
    }
  }
}

/** A view's rows of one generation, if this code can keep them: of the present version, or of a former one. */
export function generationOf(view: View, wanted: Generation | undefined): View | undefined {
  if (!wanted) return undefined;
  const known = [view, ...view.former.map((former) => former.view)].find(
    ({ version }) => version === wanted.version,
  );
  return known && { ...known, generation: wanted.generation };
}

/** The generation that this code answers from: what serves, or where that is another release's, what served before. */
export const readable = (view: View, { serving, previous }: ViewRecord): View | undefined =>
  generationOf(view, serving) ?? generationOf(view, previous);

/** Why what this code answers from stopped, where it did. */
export function stoppedAt(view: View, record: ViewRecord | undefined): string | undefined {
  const served = record && readable(view, record);
  return served && record.stopped[rowSetName(served)]?.reason;
}

/** Every generation of a view that is kept up with the log. */
export function keptUp(view: View, { serving, previous, building }: ViewRecord): View[] {
  const caughtUp = building && (building.state === 'catching up' || building.state === 'verified');
  return [serving, previous, caughtUp ? building : undefined].flatMap(
    (generation) => generationOf(view, generation) ?? [],
  );
}

export const sameGeneration = (one: Generation | undefined, other: Generation | undefined): boolean =>
  one?.version === other?.version && one?.generation === other?.generation;

export const nameOf = (view: string, generation: Generation): string =>
  rowSetName({ name: view, ...generation });
