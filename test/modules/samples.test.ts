import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { claims, type EventStore, type Module, type RecordedEvent, START } from '@waymark/core/kernel';
import { schemasOf, upcasting } from '@waymark/core/log';
import { projections } from '@waymark/core/projections';
import { access } from '@waymark/governance/access';
import { recordingModules } from '@waymark/modules';
import { policies } from '@waymark/modules/policies/index';
import { views } from '@waymark/modules';
import { misfits, type Typed } from './samples/misfits';

const domain = recordingModules.map((module) => module.domain);

/*
 * Stored events of every schema version that ever existed: <type>.<schema>.json, with one or two events of one small log.
 * The samples of the current schema cover each optional field, present and absent.
 */
const folder = join(__dirname, 'samples');
const LOCK = 'lock.json';

const modules: readonly Module[] = [...domain, access as Module, claims as Module, projections];
const schemas = schemasOf(modules);
const DECLARATIONS = `
  import type { AccessEvents } from '@waymark/governance/access';
  import type { DomainEvents } from '@waymark/modules/domain';
  import type { ClaimEvents } from '@waymark/core/kernel';
  import type { SkipEvents } from '@waymark/core/projections';
  export type Events = AccessEvents & DomainEvents & ClaimEvents & SkipEvents;
  export type Needed<Data> = { [Field in keyof Data as {} extends Pick<Data, Field> ? never : Field]: Data[Field] };
`;

const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const lock = read(LOCK) as Readonly<Record<string, string>>;
const samples = readdirSync(folder)
  .filter((name) => name.endsWith('.json') && name !== LOCK)
  .map((name) => {
    const [, type, schema] = /^(.+)\.(\d+)\.json$/.exec(name) as unknown as [string, string, string];
    return { name, type, schema: Number(schema), events: read(name) as RecordedEvent[] };
  });

/** The hash depends on the content only, not on the JSON layout. */
const hashOf = (events: readonly RecordedEvent[]): string =>
  createHash('sha256').update(JSON.stringify(events)).digest('hex');

/** Freezes a value, so that code under test cannot change it. */
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

/** Errors of `work` for the samples, upcasted to the current schema, in order. */
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

// The TypeScript compiler is slow.
jest.setTimeout(60_000);

describe('the stored samples of events', () => {
  it('are unchanged', () => {
    const edited = samples.filter(({ name, events }) => name in lock && lock[name] !== hashOf(events));
    expect(
      edited.map(
        ({ name, type, schema }) =>
          `${name} was edited, but stored samples must not change, because logs contain such events. Restore it. If the ` +
          `event now has another schema, give ${type} an upcaster and add ${type}.${schema + 1}.json.`,
      ),
    ).toEqual([]);
  });

  it('are all locked', () => {
    const open = samples.filter(({ name }) => !(name in lock));
    expect(open.map(({ name, events }) => `add to ${LOCK}: "${name}": "${hashOf(events)}"`)).toEqual([]);
  });

  it('all still exist', () => {
    const gone = Object.keys(lock).filter((name) => !samples.some((sample) => sample.name === name));
    expect(
      gone.map((name) => `${name} is missing, but stored samples must not be deleted. Restore it.`),
    ).toEqual([]);
  });

  it('cover every schema of every event', () => {
    const wanted = [...schemas].flatMap(([type, latest]) =>
      Array.from({ length: latest }, (_, index) => `${type}.${index + 1}.json`),
    );
    const missing = wanted.filter((name) => !samples.some((sample) => sample.name === name));
    expect(missing.map((name) => `add ${name}: one or two such events, as stored in a log`)).toEqual([]);
  });

  it('have no event or schema that the code does not know', () => {
    const unknown = samples.filter(({ type, schema }) => !(schema <= (schemas.get(type) ?? 0)));
    expect(
      unknown.map(({ name }) => `${name}: logs contain such events. Keep their fold and every upcaster.`),
    ).toEqual([]);
  });

  it('have the type and schema of their name, and unique ids and positions', () => {
    const found = samples.map(({ name, events }) => [
      name,
      ...new Set(events.map(({ type, metadata }) => `${type}.${metadata.schema}.json`)),
    ]);
    expect(found).toEqual(samples.map(({ name }) => [name, name]));
    expect(new Set(log.map(({ id }) => id)).size).toBe(log.length);
    expect(new Set(log.map(({ position }) => position)).size).toBe(log.length);
  });
});

describe('the stored samples, brought to the current schema', () => {
  it('match the declared type, with and without each optional field', async () => {
    const { events } = await current;
    const values = events.map((event) => ({
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
    expect(misfits(DECLARATIONS, [...values, ...together])).toEqual([]);
  });

  it('fold into the state of their thing', async () => {
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

  it.each(policies)('can be handled by the policy $name', async ({ on }) => {
    const asked = await failures((event) => {
      on.get(event.type)?.(event as RecordedEvent<string, never>);
    });
    expect(asked).toEqual([]);
  });
});
