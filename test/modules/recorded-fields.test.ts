import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { check } from '@waymark/core/fields';
import { type Module, Refusal } from '@waymark/core/kernel';
import { recordingModules } from '@waymark/modules';
import {
  attendanceFacts,
  counted,
  journeyFacts,
  mentorFacts,
  model,
  programmeFacts,
  pupilFacts,
  schoolFacts,
} from '../support/given';
import type { Happening } from '../support/journey/histories';
import { type Known, spec } from '../support/spec';
import { journeySendings } from './recorded-fields/journey';
import {
  attendanceSendings,
  importSendings,
  programmeSendings,
  schoolSendings,
} from './recorded-fields/others';
import { mentorSendings, personSendings, pupilSendings } from './recorded-fields/people';
import type { Fields, Sending, Sendings } from './recorded-fields/table';

/** The seed is part of the test names. Set `FC_SEED` to run the same commands again. */
const seed = Number(process.env['FC_SEED'] ?? Date.now() % 2 ** 31);

const sendings: Readonly<Record<string, Sendings>> = {
  programme: programmeSendings,
  school: schoolSendings,
  mentor: mentorSendings,
  pupil: pupilSendings,
  journey: journeySendings,
  attendance: attendanceSendings,
  import: importSendings,
  person: personSendings,
};

const known: Readonly<Record<string, Known>> = {
  ...{ pupil: pupilFacts, school: schoolFacts, mentor: mentorFacts, mentorFacts, journey: journeyFacts },
  programme: { ...programmeFacts, deliveryModel: { ...model, sessionsPerPhase: 2, phases: ['One', 'Two'] } },
  attendance: attendanceFacts(counted(19, 76)),
};

/**
 * A command of the module and how it is sent: as generated, as the previous one, or as that one with one field
 * changed.
 */
interface Step {
  readonly other: readonly [name: string, body: Fields];
  readonly own: Fields;
  readonly how: 'other' | 'own' | 'again' | 'altered';
  readonly field: number;
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null)) as unknown;
const same = (one: unknown, other: unknown): boolean => isDeepStrictEqual(plain(one), plain(other));
const withoutGaps = (body: object): Fields =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));

const bodyOf = ({ body }: Sending): fc.Arbitrary<Fields> => fc.record(body).map(withoutGaps);

/** Commands of a module, preceded by the ones without which most would be refused. */
function stepsFor(name: string, { commands, first }: Sendings): fc.Arbitrary<readonly Step[]> {
  const sent = (other: string) => bodyOf(commands[other]!).map((body) => [other, body] as const);
  const step = (other: fc.Arbitrary<Step['other']>) => ({
    other,
    own: bodyOf(commands[name]!),
    field: fc.nat(20),
  });
  const any = fc.oneof(...Object.keys(commands).map(sent));
  const sentAs = (how: Step['how'], other = any) => fc.record({ ...step(other), how: fc.constant(how) });
  const beginning = [...first, ...(commands[name]!.after ?? [])].map((other) => sentAs('other', sent(other)));
  const how = fc.constantFrom(
    ...(['other', 'other', 'other', 'own', 'own', 'again', 'altered', 'altered'] as const),
  );
  return fc
    .tuple(
      fc.tuple(...beginning, sentAs('own'), sentAs('again')),
      fc.array(fc.record({ ...step(any), how }), { minLength: 1, maxLength: 50, size: 'max' }),
    )
    .map(([begin, then]) => [...begin, ...then]);
}

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

/** The previous command of this name, unchanged or with one field changed; or a new one. */
function bodyFrom({ own, how, field }: Omit<Step, 'other'>, last: Fields): Fields {
  if (how === 'own') return own;
  const fields = Object.keys(own);
  const changed = fields[field % Math.max(fields.length, 1)];
  return how === 'again' || changed === undefined ? last : { ...last, [changed]: own[changed] };
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
      decided = thing.when(made).events();
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
const neverRepeated = new Set(['AssessEligibility', 'RecordRows']);
