import type { EventMetadata, NewEvent, StoredEvent } from '@waymark/core/kernel';
import { chained, chaining, type Tampering, verifyLog } from '@waymark/core/log';
import { newEvent, range } from '../../support/events';
import { openStores } from '../../support/stores';
import { leftAs, Notary, storedIn, twoStreams } from './given';

type Edit = (log: readonly StoredEvent[]) => readonly StoredEvent[];

/** Put events in others' places, which keep their positions. */
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

/** Chain the events of a stream anew, by somebody who knows how that is done: all of them, or only some. */
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

/** Another event of a stream of its own, put before one. */
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

/** What is said of a log; places are told by the number of the event. */
interface Case {
  readonly what: string;
  readonly edit: Edit;
  readonly kind: Tampering['kind'] | undefined;
  /** The event that stands there now. */
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

describe('a log that is verified by its chains alone', () => {
  it.each<Case>([
    { what: 'nothing', edit: (log) => log, kind: undefined },
    {
      what: 'an event says something else',
      edit: edited(3, says),
      kind: 'CHANGED',
      at: 3,
      stream: 'journey-a',
      revision: 2,
    },
    {
      what: 'an event was chained to something else',
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
      what: 'an event stands there twice',
      edit: (log) => [...log, { ...log[1]!, position: 99 }],
      kind: 'INSERTED',
      at: 8,
    },
    {
      what: 'the name of a stream is another',
      edit: edited(2, (event) => ({ ...event, stream: '\u001b[31m' })),
      kind: 'CHANGED',
      at: 2,
    },
    {
      what: 'only seals know: events of two streams swapped',
      edit: placed(0, 2, 1, 3, 4, 5, 6, 7),
      kind: undefined,
    },
    { what: 'only seals know: the end cut off', edit: without(6, 7), kind: undefined },
    {
      what: 'only seals know: a stream chained anew',
      edit: rechained('journey-a', edited(1, says)),
      kind: undefined,
    },
  ])('$what: $kind', (one) => expectFound(one, false));

  it('counts events from before there were chains, after which a chain may begin', async () => {
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

describe('a log that is verified by its seals', () => {
  it.each<Case>([
    {
      what: 'an event says something else',
      edit: edited(3, says),
      kind: 'CHANGED',
      at: 3,
      stream: 'journey-a',
      revision: 2,
    },
    {
      what: 'a stream was chained anew',
      edit: rechained('journey-a', edited(1, says)),
      kind: 'CHANGED',
      at: 1,
    },
    {
      what: 'the last sealed event was chained anew',
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
    { what: 'swapped across seals', edit: placed(5, 1, 2, 3, 4, 0, 6, 7), kind: 'REORDERED', at: 0 },
    { what: 'an event was put in', edit: inserted(4), kind: 'INSERTED', at: 4 },
    {
      what: 'an event stands there twice',
      edit: (log) => placed(0, 0, 1, 2, 3, 4, 5, 6)([...log]),
      kind: 'INSERTED',
      at: 1,
    },
    { what: 'the sealed end was cut off', edit: without(4, 5, 6, 7), kind: 'CUT', at: 3 },
    {
      what: 'it was cut off, and goes on otherwise',
      edit: after(without(5, 6, 7), inserted(5)),
      kind: 'CUT',
      at: 5,
    },
    { what: 'all is gone', edit: () => [], kind: 'CUT' },
    { what: 'not sealed yet: the last event removed', edit: without(7), kind: undefined },
    { what: 'not sealed yet: an event says something else', edit: edited(6, says), kind: 'CHANGED', at: 6 },
  ])('$what: $kind', (one) => expectFound(one, true));

  it('says what is sealed, and from where on it is not yet', async () => {
    const { log, notary } = await twoStreams();
    expect(await verifyLog(leftAs(log), notary.seals)).toEqual({
      ...{ events: 8, seals: 2, sealed: 6, unchained: 0 },
      unsealed: { events: 2, from: log[6]!.position },
    });
  });

  it('takes events from before there were chains as they were when they were sealed', async () => {
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
