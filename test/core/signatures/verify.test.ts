import type { EventMetadata, NewEvent, StoredEvent } from '@waymark/core/kernel';
import { chained, chaining, type Tampering, verifyLog } from '@waymark/core/log';
import { newEvent, range } from '../../support/events';
import { openStores } from '../../support/stores';
import { leftAs, Notary, storedIn, twoStreams } from './given';

type Edit = (log: readonly StoredEvent[]) => readonly StoredEvent[];

/** Reorder events; the positions stay. */
const placed =
  (...order: readonly number[]): Edit =>
  (log) =>
    order.map((from, at) => ({ ...log[from]!, position: log[at]!.position }));

const without =
  (...gone: readonly number[]): Edit =>
  (log) =>
    log.filter((_, at) => !gone.includes(at));

const edited =
  (at: number, edit: (event: StoredEvent) => StoredEvent): Edit =>
  (log) =>
    log.map((event, index) => (index === at ? edit(event) : event));

const says = (event: StoredEvent): StoredEvent => ({ ...event, data: '{"n":99}' });

const asNew = ({ id, type, data, metadata }: StoredEvent): NewEvent => ({
  ...{ id, type },
  data: JSON.parse(data) as object,
  metadata: JSON.parse(metadata) as EventMetadata,
});

/** Recompute the chain of a stream, as an attacker who knows how would do: for all events or only some. */
const rechained =
  (stream: string, edit: Edit, upTo = Infinity): Edit =>
  (log) => {
    const changed = edit(log);
    const own = changed.filter((event) => event.stream === stream).slice(0, upTo);
    const links = chained(stream, { revision: -1, hash: '' }, own.map(asNew));
    return changed.map((event) => {
      const link = links[own.indexOf(event)];
      return link ? { ...event, metadata: JSON.stringify(link.metadata) } : event;
    });
  };

const unchained = (event: StoredEvent): StoredEvent => ({
  ...event,
  metadata: JSON.stringify({ ...(JSON.parse(event.metadata) as EventMetadata), chain: undefined }),
});

/** Insert another event, in a stream of its own, before an event. */
const inserted =
  (before: number, stream = 'journey-c'): Edit =>
  (log) => {
    const [link] = chained(stream, { revision: -1, hash: '' }, [newEvent('NoteTaken')]);
    const { id, type, data, metadata } = link!;
    const texts = { data: JSON.stringify(data), metadata: JSON.stringify(metadata) };
    const position = (log[before]?.position ?? log.length + 1) - 0.5;
    return [
      ...log.slice(0, before),
      { ...texts, id, type, stream, revision: 0, position },
      ...log.slice(before),
    ];
  };

const after =
  (first: Edit, second: Edit): Edit =>
  (log) =>
    second(first(log));

/** A case and its expected finding; places are numbers of events. */
interface Case {
  readonly what: string;
  readonly edit: Edit;
  readonly kind: Tampering['kind'] | undefined;
  /** The event that is now at the place of the finding. */
  readonly at?: number;
  readonly stream?: string;
  readonly revision?: number;
}

async function expectFound({ edit, kind, at, stream, revision }: Case, sealed: boolean): Promise<void> {
  const { log, notary } = await twoStreams();
  const left = edit(log);
  const { fault } = await verifyLog(leftAs(left), sealed ? notary.seals : {});
  if (kind === undefined) {
    expect(fault).toBeUndefined();
    return;
  }
  expect(fault).toMatchObject({
    kind,
    ...(at !== undefined && { position: left[at]!.position }),
    ...(stream !== undefined && { stream }),
    ...(revision !== undefined && { revision }),
  });
  expect(fault!.message).not.toMatch(/undefined|NaN|\[object|99/);
}

const eventChanged: Case = {
  what: 'an event was changed',
  edit: edited(3, says),
  kind: 'CHANGED',
  at: 3,
  stream: 'journey-a',
  revision: 2,
};

describe('a log verified by its chains only', () => {
  it.each<Case>([
    { what: 'nothing', edit: (log) => log, kind: undefined },
    eventChanged,
    {
      what: 'an event was chained to another one',
      edit: rechained('journey-a', edited(1, says), 2),
      kind: 'CHANGED',
      at: 3,
    },
    { what: 'an event lost its chain', edit: edited(3, unchained), kind: 'CHANGED', at: 3 },
    {
      what: 'an event was removed',
      edit: without(3),
      kind: 'REMOVED',
      at: 5,
      stream: 'journey-a',
      revision: 2,
    },
    {
      what: 'the first event was removed',
      edit: without(0),
      kind: 'REMOVED',
      at: 0,
      stream: 'journey-a',
      revision: 0,
    },
    {
      what: 'two events of a stream were swapped',
      edit: placed(0, 3, 2, 1, 4, 5, 6, 7),
      kind: 'REORDERED',
      at: 3,
      stream: 'journey-a',
      revision: 1,
    },
    {
      what: 'an event was repeated',
      edit: (log) => [...log, { ...log[1]!, position: 99 }],
      kind: 'INSERTED',
      at: 8,
    },
    {
      what: 'a stream was renamed',
      edit: edited(2, (event) => ({ ...event, stream: '\u001b[31m' })),
      kind: 'CHANGED',
      at: 2,
    },
    {
      what: 'detectable only with seals: events of two streams swapped',
      edit: placed(0, 2, 1, 3, 4, 5, 6, 7),
      kind: undefined,
    },
    { what: 'detectable only with seals: the end cut off', edit: without(6, 7), kind: undefined },
    {
      what: 'detectable only with seals: a stream rechained',
      edit: rechained('journey-a', edited(1, says)),
      kind: undefined,
    },
  ])('$what: $kind', (one) => expectFound(one, false));

  it('counts events without a chain, after which a chain may start', async () => {
    const { events } = openStores();
    await events.append('journey-a', 'none', [newEvent('NoteTaken'), newEvent('NoteTaken')]);
    await chaining(events).append('journey-a', 1, [newEvent('NoteTaken'), newEvent('NoteTaken')]);
    expect(await verifyLog(events)).toMatchObject({
      events: 4,
      unchained: 2,
      unsealed: { events: 4, from: 1 },
    });

    const [first, second, ...rest] = await storedIn(events);
    const { fault } = await verifyLog(leftAs([first!, ...rest]));
    expect(fault).toMatchObject({ kind: 'REMOVED', revision: 1, position: rest[0]!.position });
    expect((await verifyLog(leftAs([first!, says(second!), ...rest]))).fault).toBeUndefined();
  });
});

describe('a log verified by its seals', () => {
  it.each<Case>([
    eventChanged,
    {
      what: 'a stream was rechained',
      edit: rechained('journey-a', edited(1, says)),
      kind: 'CHANGED',
      at: 1,
    },
    {
      what: 'the last sealed event was rechained',
      edit: rechained('journey-b', edited(5, says)),
      kind: 'CUT',
      at: 5,
    },
    {
      what: 'a stream lost its chain',
      edit: (log) => log.map((event) => (event.stream === 'journey-b' ? unchained(event) : event)),
      kind: 'CHANGED',
      at: 2,
    },
    { what: 'an event lost its chain', edit: edited(0, unchained), kind: 'CHANGED', at: 0 },
    {
      what: 'an event was removed',
      edit: without(1),
      kind: 'REMOVED',
      at: 1,
      stream: 'journey-a',
      revision: 1,
    },
    { what: 'a whole stream was removed', edit: without(2, 4, 5, 7), kind: 'REMOVED', at: 2 },
    {
      what: 'events of two streams were swapped',
      edit: placed(0, 2, 1, 3, 4, 5, 6, 7),
      kind: 'REORDERED',
      at: 1,
    },
    {
      what: 'events were swapped across seals',
      edit: placed(5, 1, 2, 3, 4, 0, 6, 7),
      kind: 'REORDERED',
      at: 0,
    },
    { what: 'an event was inserted', edit: inserted(4), kind: 'INSERTED', at: 4 },
    {
      what: 'an event was repeated',
      edit: (log) => placed(0, 0, 1, 2, 3, 4, 5, 6)([...log]),
      kind: 'INSERTED',
      at: 1,
    },
    { what: 'the sealed end was cut off', edit: without(4, 5, 6, 7), kind: 'CUT', at: 3 },
    {
      what: 'the end was cut off and replaced',
      edit: after(without(5, 6, 7), inserted(5)),
      kind: 'CUT',
      at: 5,
    },
    { what: 'all events were removed', edit: () => [], kind: 'CUT' },
    { what: 'not sealed yet: the last event removed', edit: without(7), kind: undefined },
    { what: 'not sealed yet: an event was changed', edit: edited(6, says), kind: 'CHANGED', at: 6 },
  ])('$what: $kind', (one) => expectFound(one, true));

  it('reports what is sealed, and from where on events are not sealed yet', async () => {
    const { log, notary } = await twoStreams();
    expect(await verifyLog(leftAs(log), notary.seals)).toEqual({
      ...{ events: 8, seals: 2, sealed: 6, unchained: 0, hidden: [] },
      unsealed: { events: 2, from: log[6]!.position },
    });
  });

  it('accepts events without a chain as they were when they were sealed', async () => {
    const { events } = openStores();
    const notary = new Notary();
    await events.append(
      'journey-a',
      'none',
      range(5).map((n) => newEvent('NoteTaken', { n })),
    );
    await notary.seal(events);
    expect(await verifyLog(events, notary.seals)).toMatchObject({ events: 5, sealed: 5, unchained: 5 });

    const log = await storedIn(events);
    for (const at of range(5)) {
      const { fault } = await verifyLog(leftAs(edited(at, says)(log)), notary.seals);
      expect(fault).toMatchObject({ kind: 'CHANGED', position: log[at]!.position });
    }
  });
});
