import { type Circumstances, decide, type Decision, type Needed, needsOf } from './decide';
import { event, slices } from './decider';
import { defineModule, type Module } from './module';
import { Refusal, refuse } from './refusal';
import { Undecidable } from './undecidable';

interface Boat {
  readonly harbour?: string;
  readonly owner?: string;
}

class Launch {
  harbour!: string;
}
class Sell {
  to!: string;
}
class Inspect {}
class Sink {}

const { on, slice } = slices<Boat>();

const boats = defineModule(
  {
    name: 'boat',
    plural: 'boats',
    id: { pattern: /^\w+$/, description: 'any word', example: 'a1' },
    initial: {} as Boat,
    subject: ({ owner }: Boat) => owner,
    facts: (boat: Boat) => (boat.harbour === undefined ? undefined : boat),
  },
  [
    slice<{ Launched: { harbour: string; berth: string }; Sold: { to: string }; Inspected: object }>({
      decide: {
        Launch: on(
          Launch,
          ({ harbour }, boat, { today, newId }) =>
            boat.harbour === harbour ? [] : [event('Launched', today, { harbour, berth: newId('berth') })],
          {
            by: 'service',
            creates: true,
            needs: { harbour: ['harbour', ({ harbour }) => harbour] },
            claims: (_, boat) => [
              {
                kind: 'name',
                value: boat.harbour ?? 'new',
                taken: { code: 'NAME_TAKEN', message: 'Choose another.' },
              },
            ],
          },
        ),
        Sell: on(
          Sell,
          ({ to }, { owner }, { now, actor }) => {
            if (owner === to) refuse('OWNED_ALREADY', 'The boat belongs to them.');
            return [event('Sold', now, { to }), event('Sold', actor, { to })];
          },
          {
            by: {},
            needs: {
              to: ['person', ({ to }) => to],
              home: ['harbour', (_, { harbour }, id) => `${harbour!} of ${id}`],
            },
          },
        ),
        Inspect: on(Inspect, () => [event('Inspected', '2026-02-16', {})], { by: {} }),
        Sink: on(
          Sink,
          () => {
            throw new TypeError('no water');
          },
          { by: {} },
        ),
      },
      evolve: {
        Launched: (boat, { harbour }) => ({ ...boat, harbour }),
        Sold: (boat, { to }) => ({ ...boat, owner: to }),
        Inspected: () => {
          throw new TypeError('no inspector');
        },
      },
    }),
  ],
) as Module;

const afloat: Boat = { harbour: 'north', owner: 'ann' };
const received = (command: object, state: Boat = afloat, module = boats) => ({
  module,
  id: 'a1',
  state: state as never,
  command,
});
const circumstances = (facts: Circumstances['facts'] = {}): Circumstances => ({
  facts,
  now: '2026-02-15T09:00:00.000Z',
  actor: 'tester',
  newId: (label) => `new ${label}`,
  claimIdOf: (kind, value) => `${kind} ${value}`,
});
const sell = (to: string) => Object.assign(new Sell(), { to });
const launch = (harbour: string) => Object.assign(new Launch(), { harbour });

function refusal(work: () => Decision | readonly Needed[]): unknown {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, kind, errors } = error;
    return { code, kind, fields: errors.map(({ field }) => field) };
  }
}

describe('deciding a command', () => {
  it('reads the facts of other things by ids from the command, the state and the thing', () => {
    expect(needsOf(received(sell('bob')))).toEqual([
      { name: 'to', module: 'person', id: 'bob' },
      { name: 'home', module: 'harbour', id: 'north of a1' },
    ]);
  });

  it('returns events, and the state and the subject after all of them', () => {
    expect(decide(received(sell('bob')), circumstances({ to: {}, home: {} }))).toEqual({
      events: [
        { type: 'Sold', on: '2026-02-15T09:00:00.000Z', data: { to: 'bob' } },
        { type: 'Sold', on: 'tester', data: { to: 'bob' } },
      ],
      claims: [],
      state: { harbour: 'north', owner: 'bob' },
      subject: 'bob',
    });
  });

  it('returns the values to claim, from the state before the events', () => {
    expect(decide(received(launch('south'), {}), circumstances({ harbour: {} }))).toEqual({
      events: [{ type: 'Launched', on: '2026-02-15', data: { harbour: 'south', berth: 'new berth' } }],
      claims: [expect.objectContaining({ kind: 'name', value: 'new' })],
      state: { harbour: 'south' },
      subject: undefined,
    });
  });

  it('claims nothing if there is nothing to change', () => {
    expect(decide(received(launch('north')), circumstances({ harbour: {} }))).toEqual({
      events: [],
      claims: [],
      state: afloat,
      subject: 'ann',
    });
  });

  it('refuses an unknown command, when reading facts and when deciding', () => {
    const unknown = { code: 'UNKNOWN_COMMAND', kind: 'missing', fields: [] };
    expect(refusal(() => needsOf(received({}, {})))).toEqual(unknown);
    expect(refusal(() => decide(received({}, {}), circumstances()))).toEqual(unknown);
  });

  it('refuses a command to a thing that does not exist, before it reads other facts', () => {
    const unknown = { code: 'UNKNOWN_BOAT', kind: 'missing', fields: [] };
    expect(refusal(() => needsOf(received(sell('bob'), {})))).toEqual(unknown);
    expect(refusal(() => decide(received(sell('bob'), {}), circumstances()))).toEqual(unknown);
  });

  it('refuses as invalid a command that names unknown things, and lists all of them', () => {
    expect(refusal(() => decide(received(sell('ann')), circumstances()))).toEqual({
      code: 'UNKNOWN_PERSON',
      kind: 'invalid',
      fields: ['to', 'home'],
    });
  });

  it('refuses as missing what the thing itself refers to', () => {
    expect(refusal(() => decide(received(sell('ann')), circumstances({ to: {} })))).toEqual({
      code: 'UNKNOWN_HARBOUR',
      kind: 'missing',
      fields: [],
    });
  });

  it('passes on the refusals of the module', () => {
    expect(refusal(() => decide(received(sell('ann')), circumstances({ to: {}, home: {} })))).toEqual({
      code: 'OWNED_ALREADY',
      kind: 'conflict',
      fields: [],
    });
  });

  it.each([
    ['a decision that throws', new Sink(), boats, 'Sink: no water'],
    ['a fold that throws', new Inspect(), boats, 'Inspected: no inspector'],
    [
      'an event without a fold',
      new Inspect(),
      { ...boats, folds: new Map() },
      'boat: decided Inspected, which it has no fold for',
    ],
  ])('tells a fault of the module from a refusal: %s', (_, command, module, message) => {
    const work = () => decide(received(command, afloat, module), circumstances());
    expect(work).toThrow(Undecidable);
    expect(work).toThrow(message);
  });
});
