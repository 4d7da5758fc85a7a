import { redactUpns } from '@waymark/core/fields';
import { type Position, type RowSet, rowSetName, type RowStore } from '@waymark/core/kernel';
import {
  type Build,
  type Generation,
  nameOf,
  ownersOf,
  type Process,
  stateOf,
  type ViewRecord,
} from '@waymark/core/projections';
import { POLICIES } from '@waymark/core/reactions';
import { policies } from '@waymark/modules/policies/index';
import { views } from '@waymark/modules';
import type { Platform } from '@waymark/platform';
import { type Lag, lagBehind } from './lag';

/** How far something is in the log, who keeps it up, and what waits there. */
interface Kept {
  /** Position up to which it has seen the log. */
  readonly position: Position;
  readonly lag: Lag;
  /** Machine and process: `host/pid`. */
  readonly owner?: string;
  /** Rows, or streams of policies, that wait at an event which could not be taken. */
  readonly parked: number;
}

/**
 * What a generation is at present. `live` is what queries are answered from, `previous` what they were before; `stopped`
 * is either of them that stands still at an event. The others are on their way.
 */
export type GenerationState = 'live' | 'previous' | 'stopped' | Build['state'] | 'paused' | 'failed';

/** A generation of a view, as it stands. */
export interface ViewState extends Generation, Kept {
  readonly view: string;
  readonly state: GenerationState;
  /** Why it stopped, or failed. */
  readonly reason?: string;
  readonly rows: number;
  /** About how many bytes the rows take. */
  readonly bytes: number;
}

/** All that is kept up with the log, as it stands. */
export interface States {
  /** Position of the log's last event. */
  readonly head: Position;
  readonly views: readonly ViewState[];
  readonly policies: Kept;
}

/** How every generation of every view stands, or of some views only. */
export async function statesOf(
  { events, rowStore: rows, catalog }: Pick<Platform, 'events' | 'rowStore' | 'catalog'>,
  wanted: readonly string[] = views.map(({ name }) => name),
): Promise<States> {
  const head = await events.head();
  const [records, owners] = [await catalog.records(), await ownersOf(rows.control)];
  const there = new Set(await rows.names());
  const kept = async (set: RowSet, types?: ReadonlySet<string>): Promise<Kept> => {
    const position = await rows.checkpoint(set);
    return {
      position,
      lag: await lagBehind(events, head, position, types),
      ...ownedBy(owners.get(rowSetName(set))),
      parked: there.has(rowSetName(set)) ? (await rows.parked(set)).length : 0,
    };
  };
  const described = wanted.flatMap((view) => generationsOf(view, records.get(view)));
  return {
    head,
    views: await Promise.all(
      described.map(async ({ set, ...state }) => ({
        ...state,
        ...(await kept(set)),
        ...(await sizeOf(rows, set, there)),
      })),
    ),
    policies: await kept(POLICIES, reactedTo),
  };
}

/** Policies pass over what is nothing to them without saying so each time: only events of these types tell where they are. */
const reactedTo: ReadonlySet<string> = new Set(policies.flatMap(({ on }) => [...on.keys()]));

type Described = Pick<ViewState, 'view' | 'version' | 'generation' | 'state' | 'reason'> & {
  readonly set: RowSet;
};

/** Every generation that the catalog knows of, in the order in which they follow on each other. */
function generationsOf(view: string, record: ViewRecord | undefined): Described[] {
  const { previous, serving, building, stopped = {} } = record ?? {};
  const described = (at: Generation | undefined, is: GenerationState, failed?: string): Described[] => {
    if (!at) return [];
    const { version, generation } = at;
    const reason = failed ?? stopped[nameOf(view, at)]?.reason;
    const state = failed === undefined && reason !== undefined ? 'stopped' : is;
    const set = { name: view, version, generation, indexes: [] };
    return [
      {
        view,
        version,
        generation,
        state,
        ...(reason === undefined ? {} : { reason: redactUpns(reason) }),
        set,
      },
    ];
  };
  return [
    ...described(previous, 'previous'),
    ...described(serving, 'live'),
    ...(building ? described(building, stateOf(building), building.failed) : []),
  ];
}

const ownedBy = (process: Process | undefined): Pick<Kept, 'owner'> =>
  process ? { owner: `${process.host}/${String(process.pid)}` } : {};

/** A generation that is only planned has no room in the store yet. */
const sizeOf = async (
  rows: RowStore,
  set: RowSet,
  there: ReadonlySet<string>,
): Promise<{ rows: number; bytes: number }> =>
  there.has(rowSetName(set)) ? rows.size(set) : { rows: 0, bytes: 0 };
