import { type Answer, type Clock, type Submission, Submitter } from '@waymark/core/commands';
import {
  defineModule,
  event,
  type EventsOf,
  type EventStore,
  type Module,
  type Refusal,
  refuse,
  slices,
} from '@waymark/core/kernel';

/** Maximum number of items in a locker. */
export const CAP = 5;

interface Locker {
  readonly number?: string;
  readonly items: readonly string[];
}

interface LockerEvents {
  LockerInstalled: { number: string; hall: string; tag: string };
  ItemStored: { item: string };
  LockerRemoved: { reason: string };
}

export class InstallLocker {
  number!: string;
  hall!: string;
}
export class StoreItems {
  items!: readonly string[];
  /** The day it is about; today if left out. */
  day?: string;
}
export class RemoveLocker {
  reason!: string;
}

const locker = slices<Locker>();
const lockers = defineModule(
  {
    name: 'locker',
    plural: 'lockers',
    id: { pattern: /^\w+$/, description: 'any word', example: 'a1' },
    initial: { items: [] } as Locker,
    subject: (_: Locker, id: string) => `owner-of-${id}`,
    facts: ({ number }: Locker) => (number === undefined ? undefined : { number }),
  },
  [
    locker.slice<LockerEvents>({
      decide: {
        InstallLocker: locker.on(
          InstallLocker,
          ({ number, hall }, { number: current }, { today, newId }) =>
            current === undefined
              ? [event('LockerInstalled', today, { number, hall, tag: newId('tag') })]
              : [],
          {
            by: 'service',
            creates: true,
            needs: { hall: ['hall', ({ hall }) => hall] },
            claims: ({ number }) => [
              { kind: 'number', value: number, taken: { code: 'NUMBER_TAKEN', message: 'Choose another.' } },
            ],
          },
        ),
        StoreItems: locker.on(
          StoreItems,
          ({ items, day }, { items: inside }, { today }) => {
            const added = items.filter((item) => !inside.includes(item));
            if (inside.length + added.length > CAP) refuse('LOCKER_FULL', 'Take something out first.');
            return added.map((item) => event('ItemStored', day ?? today, { item }));
          },
          { by: 'service' },
        ),
        RemoveLocker: locker.on(
          RemoveLocker,
          ({ reason }, { items }, { today }) => {
            if (items.length > 0) refuse('LOCKER_IN_USE', 'Empty it first.');
            return [event('LockerRemoved', today, { reason })];
          },
          { by: 'service' },
        ),
      },
      evolve: {
        LockerInstalled: (state, { number }) => ({ ...state, number }),
        ItemStored: (state, { item }) => ({ ...state, items: [...state.items, item] }),
        LockerRemoved: (state) => ({ ...state, items: [] }),
      },
      // Items of schema 1 may have surrounding spaces.
      upcast: { ItemStored: [({ item }: { item: string }) => ({ item: item.trim() })] },
    }),
  ],
);

interface Hall {
  readonly room?: number;
  readonly lockers: readonly string[];
}

interface HallEvents {
  HallOpened: { room: number };
  LockerCounted: { locker: string };
}

export class OpenHall {
  room!: number;
}
/** Increments a count each time, so that a test notices a repeated execution. */
export class CountLocker {
  locker!: string;
}

const hall = slices<Hall>();
const halls = defineModule(
  {
    name: 'hall',
    plural: 'halls',
    id: { pattern: /^\w+$/, description: 'any word', example: 'north' },
    initial: { lockers: [] } as Hall,
    facts: ({ room }: Hall) => (room === undefined ? undefined : { room }),
  },
  [
    hall.slice<HallEvents>({
      decide: {
        OpenHall: hall.on(OpenHall, ({ room }, _, { today }) => [event('HallOpened', today, { room })], {
          by: 'service',
          creates: true,
        }),
        CountLocker: hall.on(
          CountLocker,
          ({ locker: counted }, { room = 0, lockers: inside }, { today }) => {
            if (inside.length >= room) refuse('HALL_FULL', 'There is no room for another locker.');
            return [event('LockerCounted', today, { locker: counted })];
          },
          { by: 'service' },
        ),
      },
      evolve: {
        HallOpened: (state, { room }) => ({ ...state, room }),
        LockerCounted: (state, { locker: counted }) => ({ ...state, lockers: [...state.lockers, counted] }),
      },
    }),
  ],
);

export type ToyEvents = EventsOf<typeof lockers> & EventsOf<typeof halls>;

export const toyModules: readonly Module[] = [lockers as Module, halls as Module];

export class TestClock implements Clock {
  constructor(private at = '2025-09-03T16:00:00.000Z') {}
  now(): string {
    return this.at;
  }
  pass(seconds: number): void {
    this.at = new Date(Date.parse(this.at) + seconds * 1_000).toISOString();
  }
}

/** A new submitter over a log, like that of a newly started process. */
export const submitterOver = (events: EventStore, clock: Clock = new TestClock()): Submitter =>
  new Submitter({ events, modules: toyModules, hashKey: Buffer.alloc(32, 7), clock });

/** {@link StoreItems} after it was renamed. */
export class PutItems extends StoreItems {}

/** A submitter of a release in which {@link StoreItems} is called {@link PutItems}. */
export const renamedSubmitterOver = (events: EventStore): Submitter => {
  const { StoreItems: stored, ...others } = Object.fromEntries(lockers.handlers);
  const renamed = { ...stored!, command: PutItems, formerly: StoreItems.name };
  const handlers = new Map(Object.entries({ ...others, PutItems: renamed }));
  const modules = [{ ...lockers, handlers } as Module, halls as Module];
  return new Submitter({ events, modules, hashKey: Buffer.alloc(32, 7), clock: new TestClock() });
};

/** Send a command to a locker or hall. */
export const send = <Command extends object>(
  to: Submitter,
  thing: `${'locker' | 'hall'}-${string}`,
  command: new () => Command,
  fields: { readonly [Field in keyof Command]: NoInfer<Command>[Field] },
  rest: Partial<Submission> = {},
): Promise<Answer> => {
  const [module, id] = thing.split('-') as [string, string];
  return to.submit({ module, id, command: Object.assign(new command(), fields), actor: 'tester', ...rest });
};

/** The code that a command is refused with. */
export const refusal = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'accepted',
    (error: unknown) => (error as Refusal).code,
  );
