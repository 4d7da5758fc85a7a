import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { check } from '@waymark/core/fields';
import { type Module, Refusal } from '@waymark/core/kernel';
import { recordingModules } from '@waymark/modules';
import type { Happening } from '../support/journey/histories';
import { spec } from '../support/spec';
import { actorOf, bodyFrom, known, seed, sendings, type Step, stepsFor } from './recorded-fields/steps';
import type { Fields, Sending } from './recorded-fields/table';

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null)) as unknown;
const same = (one: unknown, other: unknown): boolean => isDeepStrictEqual(plain(one), plain(other));
const readOf = (sending: Sending, field: string, data: Fields, body: Fields): unknown =>
  (sending.reads?.[field] ?? ((all: Fields) => all[field]))(data, body);

/** Events that can contain a command's fields, for the same thing. */
const matchingEvents = (sending: Sending, body: Fields, events: readonly Happening[]): readonly Happening[] =>
  events.filter(
    ({ type, data }) =>
      sending.events.includes(type) &&
      (sending.about ?? []).every((field) => same(readOf(sending, field, data as Fields, body), body[field])),
  );

/** Values of a field in events, in order. Lists that were split into several events are joined. */
function valuesOf(
  sending: Sending,
  field: string,
  body: Fields,
  events: readonly Happening[],
): readonly unknown[] {
  const values = events
    .map(({ data }) => readOf(sending, field, data as Fields, body))
    .filter((value) => value !== undefined);
  return field === 'marks'
    ? [(body['marks'] as unknown[]).filter((mark) => (values as unknown[][]).flat().includes(mark))]
    : values;
}

/** Fields of a command that recorded events, but none with the field's value. */
const dropped = (sending: Sending, body: Fields, now: readonly Happening[], before: readonly Happening[]) =>
  Object.keys(body).filter((field) => {
    const events = field === 'marks' ? [...before, ...now] : now;
    return !valuesOf(sending, field, body, events).some((value) => same(value, body[field]));
  });

/** Fields of a command that recorded nothing, although they were not recorded before, or were undone since. */
function notRecorded(sending: Sending, body: Fields, before: readonly Happening[]): string[] {
  if (sending.mayRecordNothing !== undefined) return [];
  const matching = matchingEvents(sending, body, before);
  const since = matching.length === 0 ? [] : before.slice(before.indexOf(matching.at(-1)!) + 1);
  if (sending.undoneBy?.(since, body)) return ['all of it, which was undone since'];
  return Object.keys(body).filter((field) => {
    const values = valuesOf(sending, field, body, matching);
    const stand = sending.inAnyEvent?.includes(field) ? values : values.slice(-1);
    return !stand.some((value) => same(value, body[field]));
  });
}

interface Seen {
  recorded: number;
  repeated: number;
}

/** Send commands one after the other. Fails if a field of a command with this name is lost. */
function carryOut(module: Module, name: string, steps: readonly Step[], seen: Seen): void {
  const sending = sendings[module.name]!.commands[name]!;
  let thing = spec(module as Module<Record<string, object>>, {
    id: '9e1d3c5b-7a2f-4e6d-8b0c-1f3a5d7e9b2c',
  }).with(known);
  let events: readonly Happening[] = [];
  let last: Fields | undefined;
  for (const { other, own, how, field } of steps) {
    const [sent, body] = how === 'other' ? other : [name, last ? bodyFrom({ own, how, field }, last) : own];
    const type = module.handlers.get(sent)!.command;
    let decided: readonly Happening[];
    try {
      const made = module.internal.has(sent) ? Object.assign(new type(), body) : check(type, body).command;
      decided = thing.by(actorOf(module, sent)).when(made).events();
    } catch (error) {
      if (error instanceof Refusal) continue;
      throw error;
    }
    if (sent === name) {
      last = body;
      seen[decided.length > 0 ? 'recorded' : 'repeated'] += 1;
      const lost =
        decided.length > 0 ? dropped(sending, body, decided, events) : notRecorded(sending, body, events);
      if (lost.length > 0)
        throw new Error(
          `${name} ${decided.length > 0 ? 'recorded events without' : 'recorded nothing of'} ${lost.join(', ')}: ` +
            `${JSON.stringify(body)} after ${JSON.stringify(events.map(({ type: told, data }) => [told, data]))}`,
        );
    }
    thing = thing.given(...(decided as never[]));
    events = [...events, ...decided];
  }
}

describe.each(recordingModules.map(({ domain }) => ({ name: domain.name, module: domain })))(
  `commands of the module $name (seed ${String(seed)})`,
  ({ name: of, module }) => {
    const { commands } = sendings[of] ?? { commands: {} };

    it('are all sent here', () => {
      expect(Object.keys(commands).sort()).toEqual([...module.handlers.keys()].sort());
    });

    it.each(Object.keys(commands))(
      '%s records all its fields, repeats recorded ones, or is refused',
      (name) => {
        const seen: Seen = { recorded: 0, repeated: 0 };
        const type = module.handlers.get(name)!.command;
        fc.assert(
          fc.property(stepsFor(name, sendings[of]!), (steps) => {
            if (!module.internal.has(name))
              for (const { own } of steps) expect(check(type, own).errors).toEqual([]);
            carryOut(module, name, steps, seen);
          }),
          { seed, numRuns: 100 },
        );
        // Otherwise the test would prove nothing about this command.
        expect(seen.recorded).toBeGreaterThan(0);
        if (!neverRepeated.has(name)) expect(seen.repeated).toBeGreaterThan(0);
      },
    );
  },
);

/** Commands that record an event each time. */
const neverRepeated = new Set(['AssessEligibility', 'RecordRows', 'ReleaseUpn']);
