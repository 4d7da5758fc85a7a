import { own } from '@waymark/core/kernel';
import { type AnySlice, event, slices } from './decider';
import { defineModule } from './module';

class Open {
  by!: string;
}
class Shut {
  by!: string;
}

const { on, slice } = slices<object>();

const toSecond = (data: object) => ({ ...data, wide: true });
const toThird = (data: object) => ({ ...data, quietly: false });

const openings = slice<{ Opened: object }>({
  decide: { Open: on(Open, () => [event('Opened', '2025-09-03', {})], { by: 'service' }) },
  evolve: { Opened: (door) => door },
  upcast: { Opened: [toSecond, toThird] },
});
const closings = slice<{ Shut: object }>({
  decide: { Shut: on(Shut, () => [], { by: own('mentor'), formerly: 'Close' }) },
  evolve: { Shut: (door) => door },
  personal: { Shut: [] },
});

const moduleOf = (...of: AnySlice<object>[]) =>
  defineModule(
    {
      name: 'door',
      plural: 'doors',
      id: { pattern: /^\w+$/, description: 'any word', example: 'a1' },
      initial: {},
      facts: () => ({}),
    },
    of,
  );

describe('defineModule', () => {
  it('combines slices, including an event and a command of the same name', () => {
    const module = moduleOf(openings, closings);

    expect([...module.handlers.keys()]).toEqual(['Open', 'Shut']);
    expect([...module.folds.keys()]).toEqual(['Opened', 'Shut']);
    expect([...module.upcasters]).toEqual([['Opened', [toSecond, toThird]]]);
    expect([...module.personal]).toEqual([['Shut', []]]);
    expect([...module.internal]).toEqual(['Open']);
    expect([...module.handlers.values()].map(({ formerly }) => formerly)).toEqual([undefined, 'Close']);
  });

  it('derives the current schema of each event from its upcasters; without upcasters it is 1', () => {
    expect([...moduleOf(openings, closings).schema]).toEqual([
      ['Opened', 3],
      ['Shut', 1],
    ]);
  });

  it('throws if two slices declare the same event, and names the event', () => {
    const again = slice<{ Opened: object }>({ decide: {}, evolve: { Opened: () => ({}) } });

    expect(() => moduleOf(openings, closings, again)).toThrow('declared by two slices: Opened');
  });

  it('throws if two slices declare the same command, and names the command', () => {
    const again = slice<object>({ decide: { Open: on(Open, () => [], { by: 'service' }) }, evolve: {} });

    expect(() => moduleOf(openings, again)).toThrow('declared by two slices: Open');
  });
});
