import { Type } from '@sinclair/typebox';
import { redactUpns } from '@waymark/core/fields';
import { type RowSet, rowSetName, type RowStore } from '@waymark/core/kernel';
import {
  type Catalog,
  type Generation,
  ownersOf,
  type Process,
  stateOf,
  type ViewRecord,
} from '@waymark/core/projections';
import { type Answer, count, object, oneOf, position, text } from '@waymark/core/questions';
import { POLICIES } from '@waymark/core/reactions';
import { policies } from '@waymark/modules/policies/index';
import { views } from '@waymark/modules';
import type { Platform } from '@waymark/platform';
import { measureLag } from './lag';
import { knownViews } from './view-names';

/** Progress of a view's generation, or of the policies, through the log. */
const followerFields = {
  position: position('The position up to which it has seen the log.'),
  lag: object({
    events: count('Events that it has yet to see; an estimate where there are many.'),
    seconds: Type.Number({
      minimum: 0,
      description: 'Age of the oldest of them, in seconds; 0 where there is none.',
    }),
  }),
  owner: Type.Optional(text('Machine and process: `host/pid`.')),
  parked: count('Rows, or streams of policies, that wait at an event which could not be taken.'),
};

const followerState = object(followerFields, { $id: 'Kept' });
type FollowerState = Answer<typeof followerState>;

/**
 * State of a generation. Queries are answered from the `live` generation; `previous` is the one before it. Either of them is
 * `stopped` while it cannot get past an event. All other states belong to a rebuild.
 */
const generationStates = [
  ...(['live', 'previous', 'stopped', 'planned', 'building'] as const),
  ...(['catching up', 'verified', 'paused', 'failed'] as const),
] as const;
export type GenerationState = (typeof generationStates)[number];

/** State of one generation of a view. */
export const viewStateSchema = object(
  {
    view: text(),
    version: Type.Integer(),
    generation: Type.Integer(),
    state: oneOf(generationStates),
    reason: Type.Optional(text('Why it stopped, or failed.')),
    ...followerFields,
    rows: count(),
    bytes: count('About how many bytes the rows take.'),
  },
  { $id: 'ViewState' },
);

/** State of the views and of the policies. */
export const viewStatesSchema = object(
  {
    head: position("The position of the log's last event."),
    views: Type.Array(viewStateSchema),
    policies: followerState,
  },
  { $id: 'ViewStates' },
);

export type ViewState = Answer<typeof viewStateSchema>;
export type ViewStates = Answer<typeof viewStatesSchema>;

/** Read the state of every generation of all views, or of the views named. Throws `UNKNOWN_VIEW`. */
export async function viewStates(
  { events, rowStore: rows, catalog }: Pick<Platform, 'events' | 'rowStore' | 'catalog'>,
  names: readonly string[] = views.map(({ name }) => name),
): Promise<ViewStates> {
  const head = await events.head();
  const [records, owners] = [await catalog.records(), await ownersOf(rows.control)];
  const existing = new Set(await rows.names());
  const readFollower = async (set: RowSet, types?: ReadonlySet<string>): Promise<FollowerState> => {
    const reached = await rows.checkpoint(set);
    return {
      position: reached,
      lag: await measureLag(events, head, reached, types),
      ...ownerName(owners.get(rowSetName(set))),
      parked: existing.has(rowSetName(set)) ? (await rows.parked(set)).length : 0,
    };
  };
  const described = knownViews(names).flatMap((view) => generationsOf(catalog, view, records.get(view)));
  return {
    head,
    views: await Promise.all(
      described.map(async ({ set, ...state }) => ({
        ...state,
        ...(await readFollower(set)),
        ...(await sizeOf(rows, set, existing)),
      })),
    ),
    policies: await readFollower(POLICIES, policyEventTypes),
  };
}

/** Event types that a policy reacts to. The policies' checkpoint lags behind other events, which therefore do not count. */
const policyEventTypes: ReadonlySet<string> = new Set(policies.flatMap(({ on }) => [...on.keys()]));

type GenerationSummary = Pick<ViewState, 'view' | 'version' | 'generation' | 'state' | 'reason'> & {
  readonly set: RowSet;
};

/** Every generation in the catalog, from the oldest to the newest. */
function generationsOf(catalog: Catalog, view: string, record: ViewRecord | undefined): GenerationSummary[] {
  const { previous, serving, building, stopped = {} } = record ?? {};
  const described = (
    at: Generation | undefined,
    is: GenerationState,
    failed?: string,
  ): GenerationSummary[] => {
    if (!at) return [];
    const { version, generation } = at;
    const set = catalog.rowSet(view, at);
    const reason = failed ?? stopped[rowSetName(set)]?.reason;
    const state = failed === undefined && reason !== undefined ? 'stopped' : is;
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
