/**
 * A process that keeps the toy views up to date until it is killed. It reports 'ready', waits for a message, then reports
 * each step before it takes it, and 'through' whenever it has processed the whole log.
 */
import { type EventStore, rowSetName, type RowStore } from '@waymark/core/kernel';
import { Owners, Projector, Skips } from '@waymark/core/projections';
import { type Engine, openEngine } from '../support/engine-stores';
import { toyViews } from '../support/views';

export type Step = 'ready' | 'load' | 'commit' | 'written' | 'through';

export interface Temper {
  readonly member: string;
  /** Milliseconds between rounds, and milliseconds without a heartbeat after which a member counts as dead. */
  readonly interval: number;
  readonly timeout: number;
}

/** Page and window sizes with which a kill usually interrupts a write: a window has more rows than a store writes at once. */
const SIZES = { page: 50, window: 400 };

const say = (step: Step): void => void process.send!(step);

export async function run(engine: string, temper: string): Promise<void> {
  const { events, rows } = await openEngine(JSON.parse(engine) as Engine);
  // The listener keeps the process running until it is killed.
  process.on('message', () => void project(events, saying(rows), JSON.parse(temper) as Temper));
  say('ready');
}

async function project(events: EventStore, rows: RowStore, temper: Temper): Promise<void> {
  const names = new Map(toyViews.map((view) => [rowSetName(view), view]));
  const projector: Projector = new Projector({
    ...{ events, rows, skips: new Skips(events), ...SIZES },
    now: () => '2025-09-03T16:00:00.000Z',
    unknown: () => undefined,
    onFenced: (view) => owners.lost(rowSetName(view)),
    onProjected: () => void tellWhenThrough(events, projector),
  });
  const owners = new Owners({
    ...{ control: rows.control, standby: false, ...temper },
    wanted: () => Promise.resolve([...names.keys()]),
    onOwned: (owned) =>
      projector.assign([...owned].map(([name, epoch]) => ({ view: names.get(name)!, epoch }))),
  });
  await owners.start();
  projector.start();
}

async function tellWhenThrough(events: EventStore, projector: Projector): Promise<void> {
  const head = await events.head();
  const states = projector.states();
  if (states.length === toyViews.length && states.every(({ position }) => position >= head)) say('through');
}

/** A row store that reports each step just before it is taken. */
const saying = (rows: RowStore): RowStore =>
  Object.create(rows, {
    load: {
      value: (...args: Parameters<RowStore['load']>) => {
        say('load');
        return rows.load(...args);
      },
    },
    commit: {
      value: async (...args: Parameters<RowStore['commit']>) => {
        say('commit');
        await rows.commit(...args);
        say('written');
      },
    },
  }) as RowStore;
