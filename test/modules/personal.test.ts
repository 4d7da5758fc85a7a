import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EventStore, type RecordedEvent, START } from '@waymark/core/kernel';
import { personalFieldsOf, upcasting } from '@waymark/core/log';
import { recordingModules } from '@waymark/modules';
import { policies } from '@waymark/modules/policies/index';
import { views } from '@waymark/modules';

const domain = recordingModules.map((module) => module.domain);

const folder = join(__dirname, 'samples');
const personal = personalFieldsOf(domain);

/** The stored samples of the domain's events, as one log. */
const samples = readdirSync(folder)
  .filter((name) => name.endsWith('.json') && name !== 'lock.json')
  .flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as RecordedEvent[])
  .sort((a, b) => a.position - b.position);

const fieldsOf = ({ type }: RecordedEvent): readonly string[] => personal.get(type) ?? [];

/** The event as it is read after its person was erased. */
const withoutPersonal = (event: RecordedEvent): RecordedEvent => ({
  ...event,
  data: Object.fromEntries(Object.entries(event.data).filter(([name]) => !fieldsOf(event).includes(name))),
});

/** An event whose personal fields throw when read or copied. */
function guarded(event: RecordedEvent): RecordedEvent {
  const data = { ...event.data };
  for (const name of fieldsOf(event).filter((field) => field in data)) {
    Object.defineProperty(data, name, {
      enumerable: true,
      get: () => {
        throw new Error(`looked at ${name} of ${event.type}`);
      },
    });
  }
  return { ...event, data };
}

const logOf = (events: readonly RecordedEvent[]): EventStore =>
  ({ readAll: () => Promise.resolve({ events, through: events.length }) }) as unknown as EventStore;

const current = async (events: readonly RecordedEvent[]): Promise<readonly RecordedEvent[]> =>
  (await upcasting(logOf(events), domain).readAll(START, events.length)).events;

describe('personal fields', () => {
  it('occur in the samples of every event that has them', () => {
    const shown = new Set(
      samples.flatMap((event) =>
        fieldsOf(event)
          .filter((name) => name in event.data)
          .map((name) => `${event.type}.${name}`),
      ),
    );
    const declared = [...personal].flatMap(([type, fields]) => fields.map((name) => `${type}.${name}`));

    expect([...shown].sort()).toEqual(declared.sort());
  });

  it.each(views)('are not read by the folds of the view $name', async ({ key, on }) => {
    const rows = new Map<string, object | null>();
    for (const event of await current(samples.map(guarded))) {
      const fold = on.get(event.type);
      if (fold)
        rows.set(key(event), fold(rows.get(key(event)) ?? null, event as RecordedEvent<string, never>));
    }
    expect(rows.size).toBeGreaterThan(0);
  });

  it.each(policies)('are not read by the policy $name', async ({ on }) => {
    for (const event of await current(samples.map(guarded)))
      on.get(event.type)?.(event as RecordedEvent<string, never>);
    expect(on.size).toBeGreaterThan(0);
  });

  it('may be missing when events are folded into a thing, which still publishes its facts', async () => {
    const states = new Map<string, { module: (typeof domain)[number]; state: unknown }>();
    for (const { stream, type, data, metadata } of await current(samples.map(withoutPersonal))) {
      const module = domain.find(({ folds }) => folds.has(type));
      if (!module) continue;
      const before = states.get(stream)?.state ?? module.initial;
      const state = module.folds.get(type)!(before as never, data as never, metadata.on);
      states.set(stream, { module, state });
    }
    const facts = [...states.values()].map(({ module, state }) => module.facts(state as never));

    expect(states.size).toBeGreaterThan(0);
    expect(facts.filter((known) => known !== undefined)).not.toHaveLength(0);
  });
});
