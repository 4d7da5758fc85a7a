import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  foldEvent,
  type Position,
  type RecordedEvent,
  rowSetName,
  START,
  type View,
} from '@waymark/core/kernel';
import { ownerEpoch } from '@waymark/core/projections';
import { type Engine, openEngine } from '../support/engine-stores';
import { newEvent, range } from '../support/events';
import { message, startProcess } from '../support/process';
import { afterwards, type Connection } from '../support/stores';
import { toyViews } from '../support/views';
import { killedOnce, randomFrom } from './moments';
import type { Step, Temper } from './projecting-child';

const KILLS = 50;
const LOCKERS = 400;
/** Number of events recorded before each kill: several windows, and hundreds of rows. */
const ROUND = 600;
/** Approximate number of steps to project a round. */
const STEPS = 30;
/** Number of workers started in advance, because starting takes longer than their work. */
const AHEAD = 2;

const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 2 ** 31);

/** Tests for any engine: views match the log although workers are killed repeatedly, or compete for ownership. */
export function killedWhileProjecting(name: string, engine: () => Engine): void {
  describe(`workers that project on ${name}, with KILL_SEED=${String(seed)}`, () => {
    const random = randomFrom(seed);
    let stores: Connection;
    let log: LockerLog;

    beforeEach(async () => {
      stores = await openEngine(engine());
      afterwards(() => Promise.all([stores.events.close(), stores.rows.close()]));
      for (const view of toyViews) await stores.rows.prepare(view);
      log = new LockerLog(stores, random);
    });

    const worker = async (temper: Temper): Promise<ChildProcess> => {
      const child = startProcess(
        '../crash/projecting-child.ts',
        JSON.stringify(engine()),
        JSON.stringify(temper),
      );
      expect(await message(child)).toBe('ready');
      return child;
    };

    it(`count every event once and in order, although they are killed ${String(KILLS)} times`, async () => {
      const successor = (n: number) =>
        worker({ member: `worker ${String(n)}`, interval: 1_000, timeout: 3_000 });
      const waiting = range(AHEAD).map(successor);
      let kills = 0;
      for (let n = AHEAD; kills < KILLS; n += 1) {
        await log.grow(ROUND);
        const child = (await waiting.shift())!;
        waiting.push(successor(n));
        child.send('go');
        const steps = random() * STEPS;
        const said = await killedOnce<Step>(
          child,
          (all) => all.length > steps || all.at(-1) === 'through',
          random() < 0.5 ? 0 : random() * 8,
        );
        const reached = await log.check();
        if (reached < log.head) kills += 1;
        // Everything that the worker had acknowledged is there.
        else expect(said.length).toBeGreaterThan(0);
      }

      const last = (await waiting.shift())!;
      last.send('go');
      await log.projected(last);
      expect(await log.check()).toBe(log.head);
      expect(await ownerEpoch(stores.rows.control, rowSetName(toyViews[0]!))).toBeGreaterThan(KILLS / 2);
    });

    it('count every event once and in order, although two of them own each view at the same time', async () => {
      // With a timeout of 0, each worker considers the other one dead in every round.
      const fighters = await Promise.all(
        ['a', 'b'].map((member) => worker({ member, interval: 20, timeout: 0 })),
      );
      for (const fighter of fighters) fighter.send('go');
      for (const round of range(40)) {
        await log.grow(100);
        if (round % 5 === 4) await log.check();
      }
      await log.projected(...fighters);

      expect(await log.check()).toBe(log.head);
      const epochs = toyViews.map((view) => ownerEpoch(stores.rows.control, rowSetName(view)));
      expect(Math.min(...(await Promise.all(epochs)))).toBeGreaterThan(20);
    });
  });
}

/** A log of lockers that are filled and emptied, and the expected rows of the views at every position. */
class LockerLog {
  head: Position = START;
  private readonly events = new Map<View, Map<string, RecordedEvent[]>>(
    toyViews.map((view) => [view, new Map()]),
  );

  constructor(
    private readonly stores: Connection,
    private readonly random: () => number,
  ) {}

  async grow(by: number): Promise<void> {
    const next = range(by).map((n) => ({
      locker: `locker-${String(Math.floor(this.random() * LOCKERS))}`,
      event:
        this.random() < 0.1
          ? newEvent('LockerEmptied')
          : newEvent('ItemStored', { item: `item ${String(n % 20)}` }),
    }));
    await Promise.all(next.map(({ locker, event }) => this.stores.events.append(locker, 'any', [event])));
    const { events, through } = await this.stores.events.readAll(this.head, by + 1);
    for (const event of events) this.keep(event);
    this.head = through;
  }

  /** Check that every row reflects the log up to its position. Returns the lowest checkpoint of the views. */
  async check(): Promise<Position> {
    const { rows } = this.stores;
    const wrong: string[] = [];
    const checkpoints: Position[] = [];
    for (const [view, keys] of this.events) {
      const checkpoint = await rows.checkpoint(view);
      const found = await rows.load(view, [...keys.keys()]);
      for (const [key, its] of keys) {
        const stored = found.get(key);
        const at = Math.max(stored?.position ?? START, checkpoint);
        const wanted = rowAfter(view, its, at);
        if (!isDeepStrictEqual(stored?.row ?? null, wanted))
          wrong.push(`${view.name} ${key} at ${String(at)}: ${JSON.stringify(stored)}`);
      }
      checkpoints.push(checkpoint);
    }
    expect([seed, wrong]).toEqual([seed, []]);
    return Math.min(...checkpoints);
  }

  /** Wait until all views have processed the whole log. Fails if a worker ends before. */
  async projected(...workers: readonly ChildProcess[]): Promise<void> {
    const { rows } = this.stores;
    for (;;) {
      const at = await Promise.all(toyViews.map((view) => rows.checkpoint(view)));
      if (at.every((position) => position >= this.head)) return;
      expect(workers.map(({ exitCode }) => exitCode)).toEqual(workers.map(() => null));
      await pause(20);
    }
  }

  private keep(event: RecordedEvent): void {
    for (const [view, keys] of this.events) {
      if (!view.on.has(event.type)) continue;
      const key = view.key(event);
      const its = keys.get(key);
      if (its) its.push(event);
      else keys.set(key, [event]);
    }
  }
}

/** The row that its events up to a position give. */
const rowAfter = (view: View, events: readonly RecordedEvent[], at: Position): object | null =>
  events
    .filter(({ position }) => position <= at)
    .reduce<object | null>((row, event) => foldEvent(view, row, event), null);
