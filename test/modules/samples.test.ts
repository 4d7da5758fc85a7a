import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { claims } from '@waymark/core/commands';
import { type EventStore, type Module, type RecordedEvent, START } from '@waymark/core/kernel';
import { schemasOf, upcasting } from '@waymark/core/log';
import { projections } from '@waymark/core/projections';
import { access } from '@waymark/governance/access';
import { recordingModules } from '@waymark/modules';
import { policies } from '@waymark/modules/policies/index';
import { views } from '@waymark/modules';
import { misfits, type Typed } from './samples/misfits';

const domain = recordingModules.map((module) => module.domain);

/*
 * Events as logs hold them, of every schema version that there ever was: <type>.<schema>.json, one event or two of one
 * small log. Those of the current schema show each optional field, and do without it.
 */
const folder = join(__dirname, 'samples');
const LOCK = 'lock.json';

const modules: readonly Module[] = [...domain, access as Module, claims as Module, projections];
const schemas = schemasOf(modules);
const DECLARATIONS = `
  import type { AccessEvents } from '@waymark/governance/access';
  import type { DomainEvents } from '@waymark/modules/domain';
  import type { ClaimEvents } from '@waymark/core/commands';
  import type { SkipEvents } from '@waymark/core/projections';
  export type Events = AccessEvents & DomainEvents & ClaimEvents & SkipEvents;
  export type Needed<Data> = { [Field in keyof Data as {} extends Pick<Data, Field> ? never : Field]: Data[Field] };
`;

const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const lock = read(LOCK) as Readonly<Record<string, string>>;
const samples = readdirSync(folder)
  .filter((name) => name.endsWith('.json') && name !== LOCK)
  .map((name) => {
    const [type, schema] = name.split('.') as [string, string];
    return { name, type, schema: Number(schema), events: read(name) as RecordedEvent[] };
  });

/** Of what it says: it may be laid out anew. */
const hashOf = (events: readonly RecordedEvent[]): string =>
  createHash('sha256').update(JSON.stringify(events)).digest('hex');

/** Nothing that takes events may change them. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

/** All samples as one log. */
const log = frozen(samples.flatMap(({ events }) => events).sort((a, b) => a.position - b.position));
const current = upcasting(
  { readAll: async () => ({ events: log, through: log.at(-1)!.position }) } as unknown as EventStore,
  modules,
).readAll(START, log.length);

const labelOf = ({ type, metadata, position }: RecordedEvent): string =>
  `${type}.${metadata.schema}.json at position ${position}`;

/** What cannot be done with the samples, brought to the current schemas, one after another. */
async function failures(work: (event: RecordedEvent) => void): Promise<string[]> {
  const { events } = await current;
  return events.flatMap((event) => {
    try {
      work(event);
      return [];
    } catch (error) {
      return [`${labelOf(event)}: ${String(error)}`];
    }
  });
}

// The compiler is asked, which takes its time.
jest.setTimeout(60_000);

describe('the stored samples of events', () => {
  it('are as they were stored', () => {
    const edited = samples.filter(({ name, events }) => name in lock && lock[name] !== hashOf(events));
    expect(
      edited.map(
        ({ name, type, schema }) =>
          `${name} was edited, and a stored sample never is, for logs hold such events. Put it back; where the ` +
          `event is recorded otherwise now, give ${type} an upcaster and add ${type}.${schema + 1}.json.`,
      ),
    ).toEqual([]);
  });

  it('are all locked', () => {
    const open = samples.filter(({ name }) => !(name in lock));
    expect(open.map(({ name, events }) => `add to ${LOCK}: "${name}": "${hashOf(events)}"`)).toEqual([]);
  });

  it('are all there still', () => {
    const gone = Object.keys(lock).filter((name) => !samples.some((sample) => sample.name === name));
    expect(gone.map((name) => `${name} is gone, and a stored sample never goes. Put it back.`)).toEqual([]);
  });

  it('are of every schema of every event', () => {
    const wanted = [...schemas].flatMap(([type, latest]) =>
      Array.from({ length: latest }, (_, index) => `${type}.${index + 1}.json`),
    );
    const missing = wanted.filter((name) => !samples.some((sample) => sample.name === name));
    expect(missing.map((name) => `add ${name}: one or two such events, as a log holds them`)).toEqual([]);
  });

  it('are of no event, and no schema, that the code does not know', () => {
    const unknown = samples.filter(({ type, schema }) => !(schema <= (schemas.get(type) ?? 0)));
    expect(
      unknown.map(({ name }) => `${name}: logs hold such events. Keep their fold, and every upcaster.`),
    ).toEqual([]);
  });

  it('are what their names say, each an event of its own', () => {
    const said = samples.map(({ name, events }) => [
      name,
      ...new Set(events.map(({ type, metadata }) => `${type}.${metadata.schema}.json`)),
    ]);
    expect(said).toEqual(samples.map(({ name }) => [name, name]));
    expect(new Set(log.map(({ id }) => id)).size).toBe(log.length);
    expect(new Set(log.map(({ position }) => position)).size).toBe(log.length);
  });
});

describe('the stored samples, brought to the current schema', () => {
  it('say what the event is declared to say, with each optional field and without it', async () => {
    const { events } = await current;
    const said = events.map((event) => ({
      label: labelOf(event),
      type: `Events['${event.type}']`,
      value: event.data,
    }));
    const latest = samples.filter(({ type, schema }) => schemas.get(type) === schema);
    const together = latest.flatMap(({ name, type, events: of }): Typed[] => {
      const all: object = Object.assign({}, ...of.map(({ data }) => data));
      const common = Object.entries(all).filter(([field]) => of.every(({ data }) => field in data));
      return [
        { label: `all fields of ${name}`, type: `Required<Events['${type}']>`, value: all },
        {
          label: `fields that all in ${name} have`,
          type: `Needed<Events['${type}']>`,
          value: Object.fromEntries(common),
        },
      ];
    });
    expect(misfits(DECLARATIONS, [...said, ...together])).toEqual([]);
  });

  it('fold into the state of the thing that they are about', async () => {
    const states = new Map<string, unknown>();
    const fold = ({ stream, type, data, metadata }: RecordedEvent): void => {
      const module = modules.find(({ folds }) => folds.has(type))!;
      const state = states.get(stream) ?? module.initial;
      states.set(stream, module.folds.get(type)!(state as never, data as never, metadata.on));
    };
    expect(await failures(fold)).toEqual([]);
  });

  it.each(views)('fold into the rows of $name', async ({ key, on }) => {
    const rows = new Map<string, object | null>();
    const fold = (event: RecordedEvent): void => {
      const of = on.get(event.type);
      if (of) rows.set(key(event), of(rows.get(key(event)) ?? null, event as RecordedEvent<string, never>));
    };
    expect(await failures(fold)).toEqual([]);
    expect(rows.size).toBeGreaterThan(0);
  });

  it.each(policies)('lead to what the policy $name asks for', async ({ on }) => {
    const asked = await failures((event) => {
      on.get(event.type)?.(event as RecordedEvent<string, never>);
    });
    expect(asked).toEqual([]);
  });
});
