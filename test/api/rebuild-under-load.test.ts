import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type FindRows,
  type KeyedRow,
  type Position,
  type RowSet,
  type RowStore,
  START,
} from '@waymark/core/kernel';
import type { Kpis } from '@waymark/modules/insights/kpis';
import type { PhaseProgress } from '@waymark/modules/insights/phase-progress';
import { type KpiRow, pupilOutcomes } from '@waymark/modules/insights/views/pupil-outcomes';
import { views } from '@waymark/modules';
import type { Platform } from '@waymark/platform';
import { randomFrom } from '../crash/moments';
import { range, readWhole } from '../support/events';
import { afterwards } from '../support/stores';
import { folded, rowsOf } from '../support/views';
import { fill, mentors, PUPILS, record } from './busy';
import { type Api, eventually, serverOfAll } from './client';
import { gate, noneGoesOn } from './rebuilding';

const seed = Number(process.env['LOAD_SEED'] ?? Date.now() % 2 ** 31);
const REBUILDS = 6;
/** Number of clients that send commands, each one after the other. */
const RECORDING = 3;
const { name: VIEW } = pupilOutcomes;

jest.setTimeout(120_000);

/** The queries that clients repeat. A caseload counts the sessions of its mentor, the other queries count all. */
const KPIS = ['kpis?by=area', 'kpis?by=region'] as const;
const questions: readonly { readonly path: string; readonly mentor?: string }[] = [
  ...[...KPIS, 'phase-progress?by=area'].map((path) => ({ path })),
  ...mentors.map((mentor) => ({ path: `caseloads/${mentor}`, mentor })),
];

/** The fields of an item of these answers that the test uses. */
type Item = Partial<Pick<Kpis, 'sessionsHeld' | 'referred' | 'notHeld'> & Pick<PhaseProgress, 'phases'>>;

/** An answer, with the head of the log and the live generation of the KPIs at the time of the query and of the answer. */
interface Answer {
  readonly positions: readonly [Position, Position];
  readonly served: readonly [number, number];
  readonly held: number;
  /** The generations from which the KPIs were computed, as marked by {@link telling}; none for other figures. */
  readonly generations: readonly number[];
}

const heldIn = (items: readonly Item[]): number =>
  items
    .flatMap(({ sessionsHeld = 0, phases = [] }) => [
      sessionsHeld,
      ...phases.map((phase) => phase.sessionsHeld),
    ])
    .reduce((sum, held) => sum + held, 0);

const generationsIn = (items: readonly Item[]): number[] => [
  ...new Set(items.flatMap(({ notHeld, referred }) => (notHeld ? [notHeld.logistics / referred!] : []))),
];

/**
 * Rows whose KPIs show their generation: each journey has that many additional sessions not held for logistical reasons.
 * Reading takes a turn of the event loop, as with a store in another process, so that other work comes in between.
 */
function telling(rows: RowStore, read: (set: RowSet, query: FindRows) => Promise<void>): RowStore {
  const find = async (set: RowSet, query: FindRows = {}): Promise<KeyedRow[]> => {
    await read(set, query);
    const found = await rows.find(set, query);
    return set.name === VIEW
      ? found.map(({ key, row }) => ({ key, row: told(row as KpiRow, set.generation ?? 1) }))
      : found;
  };
  return Object.create(rows, { find: { value: find } }) as RowStore;
}

function told({ journeys, pages }: KpiRow, generation: number): KpiRow {
  const more = range(generation).map(
    (n) => [`more ${n}`, { on: '2025-11-03', notHeld: 'logistics' }] as const,
  );
  const telling = Object.entries(journeys).map(
    ([id, journey]) =>
      [id, { ...journey, sessions: { ...journey.sessions, ...Object.fromEntries(more) } }] as const,
  );
  return { pages, journeys: Object.fromEntries(telling) };
}

const within = ([from, to]: readonly number[], found: number): boolean => found >= from! && found <= to!;

/** The answers to one query that match no state between query and answer, or count less than the answer before. */
const wrongAmong = (answers: readonly Answer[], heldAt: (position: Position) => number): object[] =>
  answers
    .map((answer, at) => ({
      ...answer,
      ...{ inLog: answer.positions.map(heldAt), before: answers[at - 1]?.held ?? 0 },
    }))
    .filter(
      ({ held, inLog, before, generations, served }) =>
        !within(inLog, held) ||
        held < before ||
        generations.length > 1 ||
        !generations.every((generation) => within(served, generation)),
    );

describe(`a rebuild of the KPIs under load, by LOAD_SEED=${seed}`, () => {
  const server = serverOfAll();
  let api: Api;
  let platform: Platform;
  beforeAll(async () => {
    api = server();
    ({ platform } = api);
    await fill(platform);
  });

  /** Until the end of the test, answer queries from rows that show their generation. */
  const tell = (read: Parameters<typeof telling>[1]): void => {
    const { serving, rowStore } = platform;
    Object.assign(serving, { rows: telling(rowStore, read) });
    afterwards(() => Object.assign(serving, { rows: rowStore }));
  };
  const served = async (): Promise<number> => (await platform.catalog.record(VIEW)).serving!.generation;
  const rebuild = async (): Promise<number> => {
    await api.send('operations/rebuilds', { views: [VIEW] }).expect(202);
    await noneGoesOn(api);
    return served();
  };
  const ask = async (path: string, from: Position): Promise<Answer> => {
    const before = await served();
    const { items } = (await api.get(path, from).expect(200)).body;
    return {
      positions: [from, await platform.log.head()],
      served: [before, await served()],
      ...{ held: heldIn(items), generations: generationsIn(items) },
    };
  };

  it('affects no answer while events are recorded', async () => {
    tell(() => nextTurn());
    const random = randomFrom(seed);
    const answers = new Map<string, Answer[]>(questions.map(({ path }) => [path, []]));
    let [recorded, over] = [await platform.log.head(), false];
    const recording = async (): Promise<void> => {
      while (!over) recorded = Math.max(recorded, await record(api, random));
    };
    const asking = async ([path, answered]: [string, Answer[]]): Promise<void> => {
      while (!over) answered.push(await ask(path, recorded));
    };
    const rebuilding = async (): Promise<void> => {
      for (let count = 0; count < REBUILDS; count += 1) {
        const generation = await rebuild();
        for (const path of KPIS)
          await eventually(async () =>
            answers.get(path)!.find(({ served: [since] }) => since === generation),
          );
      }
      over = true;
    };
    await Promise.all([
      rebuilding(),
      ...range(RECORDING).map(recording),
      ...[...answers].map(asking),
    ]).finally(() => (over = true));

    const sessions = (await readWhole(platform.log)).filter(({ type }) => type === 'SessionHeld');
    for (const { path, mentor } of questions) {
      const its = sessions.filter(({ data }) =>
        [undefined, (data as { mentor: string }).mentor].includes(mentor),
      );
      const heldAt = (to: Position): number => its.filter(({ position }) => position <= to).length;
      expect([path, wrongAmong(answers.get(path)!, heldAt)]).toEqual([path, []]);
    }
    // Some answers span a switch.
    const across = [...answers.values()].flat().filter(({ served: [before, after] }) => before < after);
    expect(across.length).toBeGreaterThan(0);
  });

  it('leaves the rows that the log gives, with every session counted once', async () => {
    const { items } = (await api.get('kpis?by=region', await platform.log.head()).expect(200)).body;
    const log = await readWhole(platform.log);
    const held = log.filter(({ type }) => type === 'SessionHeld').length;
    expect(held).toBeGreaterThan(0);
    await platform.settle();
    expect(await rowsOf(platform.rows, views)).toEqual(folded(log, views));
    expect(items).toMatchObject([{ referred: PUPILS, sessionsHeld: held, minutesHeld: held * 60 }]);
  });

  it('switches without affecting a query that is being answered', async () => {
    const [begun, switched] = [gate(), gate()];
    tell(async ({ name }, { after }) => {
      if (name !== VIEW || after !== undefined) return;
      begun.open();
      await switched.passed;
    });
    const before = await served();
    // A query that was not sent before, so that no answer is cached.
    const path = `${KPIS[1]}&from=2025-09-01&to=2026-07-31`;
    const answer = ask(path, START);
    await begun.passed;
    expect(await rebuild()).toBe(before + 1);
    switched.open();
    expect((await answer).generations).toEqual([before]);
    expect((await ask(path, START)).generations).toEqual([before + 1]);
  });
});
