import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { defineModule, type Module, rowSetName, slices, type View } from '@waymark/core/kernel';
import { schemasOf, unknownReason, upcasting } from '@waymark/core/log';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import {
  checkRelease,
  dropUnusedRows,
  unusedRows,
  type ReadingProgress,
  scanLog,
  startRebuild,
  tryFolding,
} from '@waymark/operations';
import { Platform } from '@waymark/platform';
import { allocated, JOURNEY, picked, serve } from '../api/client';
import { newEvent, range } from '../support/events';
import { plantPoison } from '../support/poison';
import { afterwards, openStores, temporaryDirectory } from '../support/stores';
import { contents, popularity, put, refolding } from '../support/views';

jest.setTimeout(180_000);

const { slice } = slices<object>();

/** Lockers whose items have had three schemas. Events of the first schema cannot always be upcast. */
const lockers = defineModule(
  {
    name: 'locker',
    plural: 'lockers',
    id: { pattern: /^\w+$/, description: 'any word', example: 'a' },
    initial: {},
    facts: (state: object) => state,
  },
  [
    slice<{ ItemStored: { item: string }; LockerEmptied: object }>({
      decide: {},
      evolve: { ItemStored: (state) => state, LockerEmptied: (state) => state },
      upcast: {
        ItemStored: [
          ({ things }: { things: readonly string[] }) => ({ thing: things[0]!.trim() }),
          ({ thing }: { thing: string }) => ({ item: thing }),
        ],
      },
    }),
  ],
) as Module;
const schemas = schemasOf([lockers]);

describe('scanLog', () => {
  it('counts events by type and schema, and reports those that this release cannot read', async () => {
    const { events: store } = openStores();
    const stored = (schema: number, data: object) => newEvent('ItemStored', data, { schema });
    await store.append('locker-a', 'none', [
      stored(1, { things: ['bag'] }),
      stored(1, { things: [] }),
      stored(2, { thing: 'coat' }),
      stored(3, { item: 'shoes' }),
      stored(4, { items: [] }),
      newEvent('LockerEmptied'),
      newEvent('LockerSold'),
      newEvent('LockerSold'),
      stored(1, { things: [] }),
    ]);
    const reports: ReadingProgress[] = [];
    const { events, kinds } = await scanLog(upcasting(store, [lockers]), schemas, (progress) =>
      reports.push(progress),
    );

    expect(events).toBe(9);
    const head = await store.head();
    expect(reports.at(-1)).toEqual({ events: 9, position: head, head });
    expect(kinds.map(({ trouble, ...kind }) => [kind.type, kind.schema, kind.events, trouble?.code])).toEqual(
      [
        ['ItemStored', 1, 3, 'UPCAST_FAILS'],
        ['ItemStored', 2, 1, undefined],
        ['ItemStored', 3, 1, undefined],
        ['ItemStored', 4, 1, 'UNKNOWN_EVENT'],
        ['LockerEmptied', 1, 1, undefined],
        ['LockerSold', 1, 2, 'UNKNOWN_EVENT'],
      ],
    );
    const second = (await store.readStream('locker-a'))[1]!;
    expect(kinds[0]!.trouble!.message).toContain(`at position ${String(second.position)}`);
  });

  it('finds nothing in an empty log', async () => {
    expect(await scanLog(openStores().events, schemas)).toMatchObject({ events: 0, kinds: [] });
  });
});

describe('tryFolding', () => {
  const broken = refolding(contents as View, 'ItemStored', (row, { data }) => {
    if ((data as { item: string }).item === 'bomb') throw new Error('tick');
    return { count: ((row as { count: number } | null)?.count ?? 0) + 1 };
  });
  const keyless: View = {
    ...(popularity as View),
    key: () => {
      throw new Error('no key');
    },
  };
  const unknown = (): undefined => undefined;

  it('reports rows that cannot be folded, and continues with the others', async () => {
    const { events, rows } = openStores();
    for (const n of range(5)) await put(events, String(n), 'bag', n === 3 ? 'bomb' : 'coat', 'shoes');
    const reports: ReadingProgress[] = [];
    const { views } = await tryFolding(events, [broken, popularity as View], {
      unknown,
      onReading: (progress) => reports.push(progress),
    });
    expect(views).toMatchObject([
      {
        view: 'contents',
        rows: 5,
        poison: [{ key: '3', parked: { type: 'ItemStored', error: 'tick', waiting: 1 } }],
      },
      { view: 'popularity', rows: 4, poison: [] },
    ]);
    expect(reports.at(-1)).toMatchObject({ events: 15, position: await events.head() });
    // Nothing was written to the store.
    expect(await rows.names()).toEqual([]);
  });

  it('reports views that cannot be built at all, and builds the others', async () => {
    const { events } = openStores();
    await put(events, 'a', 'bag', 'coat');
    const { views } = await tryFolding(events, [keyless, contents as View], { unknown });
    expect(views).toMatchObject([
      { view: 'popularity', rows: 0, stopped: expect.stringContaining('no key') },
      { view: 'contents', rows: 1 },
    ]);
    expect(views[1]).not.toHaveProperty('stopped');
    const unknownEvents = await tryFolding(events, [contents as View], {
      unknown: (event) => unknownReason(event, new Map()),
    });
    expect(unknownEvents.views[0]!.stopped).toContain('is not known to this version');
  });
});

describe('a check before a release', () => {
  /** A store with one pupil who has a mentor, opened as `waymark check` opens it. */
  async function store(): Promise<Platform> {
    const data = temporaryDirectory();
    const api = await serve(data);
    await allocated(api);
    await api.platform.settle();
    await api.close();
    const platform = await Platform.open({ data, work: false });
    afterwards(() => platform.close());
    return platform;
  }

  const found = async (...of: Parameters<typeof checkRelease>): Promise<unknown[][]> =>
    picked((await checkRelease(...of)).findings, 'effect', 'code', 'view');

  const contentsOf = (folder: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.endsWith('-shm'))
        .map(({ parentPath, name }) => join(parentPath, name))
        .map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]),
    );

  /** Make the store look as if it was last used by a release with version 0 of this view. */
  const anEarlierRelease = (platform: Platform, view: string): Promise<unknown> =>
    platform.catalog.change(view, (record) => ({
      ...record,
      serving: { version: 0, generation: 1 },
      built: { 0: 1 },
    }));

  it('finds nothing if nothing changed, and changes nothing', async () => {
    const platform = await store();
    const before = contentsOf(platform.data);
    expect(await checkRelease(platform, { fold: ['caseload'] })).toMatchObject({
      findings: [],
      trials: { views: [{ view: 'caseload', rows: 1, poison: [] }] },
    });
    expect(contentsOf(platform.data)).toEqual(before);
  });

  it('finds nothing in an empty data folder', async () => {
    const platform = await Platform.open({ data: temporaryDirectory(), work: false });
    afterwards(() => platform.close());
    expect(await checkRelease(platform, { fold: true })).toMatchObject({ events: 0, findings: [] });
  });

  it('reports which views will be rebuilt, and how long that will take', async () => {
    const platform = await store();
    await anEarlierRelease(platform, 'caseload');
    const { findings, events } = await checkRelease(platform);
    expect(picked(findings, 'effect', 'code', 'view')).toEqual([
      ['work', 'REBUILD', 'caseload'],
      ['note', 'ROWS_LEFT', undefined],
    ]);
    expect(findings[0]!.message).toMatch(
      new RegExp(
        `^caseload: version 3 will be built from ${String(events)} events, which takes at least \\d+ seconds?;`,
      ),
    );
    expect(findings[0]!.message).toContain('VIEW_BUILDING');
    const folded = await checkRelease(platform, { fold: true });
    expect(folded.trials?.views.map(({ view }) => view)).toEqual(['caseload']);
    expect(folded.findings[0]!.message).toMatch(/which takes about \d+ second/);
  });

  it('reports views that cannot be built', async () => {
    const platform = await store();
    await anEarlierRelease(platform, 'caseload');
    const poison = await plantPoison(platform.stores.events, JOURNEY);
    expect(await found(platform)).not.toContainEqual(expect.arrayContaining(['FOLD_FAILS']));
    const { findings } = await checkRelease(platform, { fold: true });
    expect(findings[0]).toMatchObject({ effect: 'blocks', code: 'FOLD_FAILS', view: 'caseload' });
    expect(findings[0]!.message).toContain(`PupilReferred at position ${String(poison.position)}`);
  });

  it('reports rebuilds that continue, are paused or are held', async () => {
    const platform = await store();
    const { catalog, rebuilder } = platform;
    await startRebuild(platform, ['caseload', 'mentors', 'pupils'], { hold: true });
    await rebuilder.pause(['mentors']);
    await catalog.change('pupils', (record) => ({
      ...record,
      building: { ...record.building!, state: 'verified' },
    }));
    expect(await found(platform)).toEqual([
      ['work', 'REBUILD_RESTS', 'mentors'],
      ['work', 'REBUILD_HELD', 'pupils'],
      ['work', 'REBUILD_GOES_ON', 'caseload'],
    ]);
  });

  it('reports missing indexes of a view, which the next service creates', async () => {
    const platform = await store();
    const { name, indexes } = caseloads;
    const file = new Database(join(platform.data, 'views.sqlite'));
    for (const field of indexes) file.exec(`DROP INDEX "${rowSetName(caseloads)}.${field}"`);
    file.close();
    expect((await checkRelease(platform)).findings).toEqual([
      {
        ...{ effect: 'work', code: 'INDEXES_MISSING', view: name },
        message: expect.stringContaining(`${rowSetName(caseloads)} lacks indexes on ${indexes.join(', ')}: `),
      },
    ]);

    const service = await Platform.open({ data: platform.data });
    await service.settle();
    await service.close();
    expect(await found(platform)).toEqual([]);
  });

  it('reports stopped views, and how far the policies are behind', async () => {
    const platform = await store();
    await platform.catalog.change('caseload', (record) => ({
      ...record,
      stopped: { 'caseload@3': { reason: 'for a pupil, A801200001001', position: 3 } },
    }));
    await platform.stores.events.append('journey-x', 'any', [newEvent('JourneyEnded')]);
    const { findings } = await checkRelease(platform);
    expect(findings).toMatchObject([
      { effect: 'note', code: 'VIEW_STOPPED', view: 'caseload', message: expect.stringContaining('[UPN]') },
      {
        effect: 'note',
        code: 'POLICIES_BEHIND',
        message: 'the policies are 1 event behind and will catch up',
      },
    ]);
  });

  it('reports unused rows, which can then be deleted', async () => {
    const platform = await store();
    const { rowStore } = platform;
    for (const old of [
      { name: 'old-view', version: 3, indexes: [] },
      { name: 'caseload', version: 3, generation: 7, indexes: [] },
    ])
      await rowStore.prepare(old);
    expect(await unusedRows(platform)).toEqual(['caseload@3.7', 'old-view@3']);
    expect(await found(platform)).toEqual([
      ['note', 'ROWS_LEFT', undefined],
      ['note', 'ROWS_LEFT', undefined],
    ]);
    for (const rows of ['caseload@3', 'policies@1', 'nothing@1', 'nothing'])
      await expect(dropUnusedRows(platform, rows)).rejects.toMatchObject({ code: 'NOT_LEFT' });
    await dropUnusedRows(platform, 'caseload@3.7');
    await dropUnusedRows(platform, 'old-view@3');
    expect(await unusedRows(platform)).toEqual([]);
    expect(await rowStore.names()).toContain('caseload@3');
  });
});
