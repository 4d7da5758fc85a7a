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
import { type Lag, measureLag } from './lag';

/** Progress of a view's generation, or of the policies, through the log. */
interface FollowerState {
  /** Checkpoint: the last position processed. */
  readonly position: Position;
  readonly lag: Lag;
  /** The process that owns it, as `host/pid`; absent if no process does. */
  readonly owner?: string;
  /** Number of parked rows, or of parked streams for the policies. */
  readonly parked: number;
}

/**
 * State of a generation. Queries are answered from the `live` generation; `previous` is the one before it. Either of them is
 * `stopped` while it cannot get past an event. All other states belong to a rebuild.
 */
export type GenerationState = 'live' | 'previous' | 'stopped' | Build['state'] | 'paused' | 'failed';

/** State of one generation of a view. */
export interface ViewState extends Generation, FollowerState {
  readonly view: string;
  readonly state: GenerationState;
  /** Why it is stopped, or why its rebuild failed. */
  readonly reason?: string;
  readonly rows: number;
  /** Approximate size of the rows in bytes. */
  readonly bytes: number;
}

/** State of the views and of the policies. */
export interface ViewStates {
  /** Position of the log's last event. */
  readonly head: Position;
  readonly views: readonly ViewState[];
  readonly policies: FollowerState;
}

/** Read the state of every generation of all views, or of the views named. */
export async function viewStates(
  { events, rowStore: rows, catalog }: Pick<Platform, 'events' | 'rowStore' | 'catalog'>,
  names: readonly string[] = views.map(({ name }) => name),
): Promise<ViewStates> {
  const head = await events.head();
  const [records, owners] = [await catalog.records(), await ownersOf(rows.control)];
  const existing = new Set(await rows.names());
  const followerState = async (set: RowSet, types?: ReadonlySet<string>): Promise<FollowerState> => {
    const position = await rows.checkpoint(set);
    return {
      position,
      lag: await measureLag(events, head, position, types),
      ...ownerName(owners.get(rowSetName(set))),
      parked: existing.has(rowSetName(set)) ? (await rows.parked(set)).length : 0,
    };
  };
  const described = names.flatMap((view) => generationsOf(view, records.get(view)));
  return {
    head,
    views: await Promise.all(
      described.map(async ({ set, ...state }) => ({
        ...state,
        ...(await followerState(set)),
        ...(await sizeOf(rows, set, existing)),
      })),
    ),
    policies: await followerState(POLICIES, policyEventTypes),
  };
}

/** Event types that a policy reacts to. The policies' checkpoint lags behind other events, which therefore do not count. */
const policyEventTypes: ReadonlySet<string> = new Set(policies.flatMap(({ on }) => [...on.keys()]));

type GenerationSummary = Pick<ViewState, 'view' | 'version' | 'generation' | 'state' | 'reason'> & {
  readonly set: RowSet;
};

/** Every generation in the catalog, from the oldest to the newest. */
function generationsOf(view: string, record: ViewRecord | undefined): GenerationSummary[] {
  const { previous, serving, building, stopped = {} } = record ?? {};
  const described = (
    at: Generation | undefined,
    is: GenerationState,
    failed?: string,
  ): GenerationSummary[] => {
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

const ownerName = (process: Process | undefined): Pick<FollowerState, 'owner'> =>
  process ? { owner: `${process.host}/${String(process.pid)}` } : {};

/** A generation that is only planned has no rows in the store yet. */
const sizeOf = async (
  rows: RowStore,
  set: RowSet,
  existing: ReadonlySet<string>,
): Promise<{ rows: number; bytes: number }> =>
  existing.has(rowSetName(set)) ? rows.size(set) : { rows: 0, bytes: 0 };
