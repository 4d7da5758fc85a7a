import { check } from '@waymark/core/fields';
import { recordingModules } from '@waymark/modules';
import { RecordSessionNotHeld } from '@waymark/modules/journey/sessions';
import { commandRoutes, kebab, routesOf } from '../../apps/api/commands/routes';
import { openApi } from '../../apps/api/openapi/document';
import { questions } from '../../apps/api/questions/questions';
import { demandDocumented } from '../support/documented';
import { serverOfAll } from './client';

const domain = recordingModules.map((module) => module.domain);

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly deprecated?: boolean;
  readonly tags: readonly string[];
  readonly parameters?: readonly {
    readonly $ref?: string;
    readonly name?: string;
    readonly example?: unknown;
  }[];
  readonly requestBody?: {
    readonly content: Record<string, { readonly schema: Named; readonly example?: object }>;
  };
  readonly responses: Record<string, { readonly content?: Record<string, { readonly example?: unknown }> }>;
}

interface Named {
  readonly $ref?: string;
}

const document = openApi() as unknown as {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: Record<string, Record<string, object>>;
};

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** All values nested in a value, with their paths. */
function* within(value: unknown, way = '#'): Generator<readonly [way: string, value: unknown]> {
  yield [way, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) yield* within(inner, `${way}/${name}`);
}

const commands = domain.flatMap(({ plural, handlers, internal, qualified }) =>
  [...handlers]
    .filter(([name]) => !internal.has(name))
    .map(([name, { command }]) => [`/v1/${plural}/{id}/${kebab(name)}`, command, qualified(name)] as const),
);

describe('the OpenAPI document', () => {
  it('has an operation for every command and every question', () => {
    expect(commands.length).toBeGreaterThan(25);
    for (const [path] of commands) expect(document.paths[path]).toHaveProperty('post');
    const deprecated = operations.filter(({ operation }) => operation.deprecated);
    const asked = operations.filter(({ operation }) => operation.operationId.startsWith('queries.'));
    expect(asked).toHaveLength(questions.length);
    expect(operations).toHaveLength(commands.length + deprecated.length + asked.length + 26);
  });

  it('has the answers about the token in every operation that needs one', () => {
    const guarded = operations.filter(({ path }) => !path.startsWith('/health/'));
    for (const { path, operation } of guarded)
      expect([path, ...Object.keys(operation.responses)]).toEqual(
        expect.arrayContaining([path, '401', '403', '429', '503']),
      );
    expect(operations.length - guarded.length).toBe(2);
  });

  it('has the former route of each renamed command as deprecated, with the same body', () => {
    const former = commandRoutes.get('journeys')!.get('miss-session')!;
    expect(former).toMatchObject({
      type: RecordSessionNotHeld,
      template: '/v1/journeys/{id}/miss-session',
      replacedBy: 'record-session-not-held',
    });
    const renamed = [...commandRoutes.values()]
      .flatMap((routes) => [...routes.values()])
      .filter(({ replacedBy }) => replacedBy !== undefined);
    const deprecated = operations.filter(({ operation }) => operation.deprecated);
    expect(deprecated.map(({ path }) => path)).toEqual(renamed.map(({ template }) => template));
    for (const { template, module, replacedBy } of renamed) {
      const [old, present] = [template, `/v1/${module.plural}/{id}/${replacedBy!}`].map(
        (path) => document.paths[path]!['post']!,
      ) as [Operation, Operation];
      expect(old.requestBody).toEqual(present.requestBody);
      expect(old.description).toContain(replacedBy);
      expect(present.deprecated).toBeUndefined();
    }
  });

  it('has no routes to a module in which two commands share a name', () => {
    const [module] = domain.filter(({ name }) => name === 'journey');
    const again = { ...module!.handlers.get('GiveConsent')!, formerly: 'HoldSession' };
    const handlers = new Map([...module!.handlers, ['GiveConsent', again]]);
    expect(() => routesOf({ ...module!, handlers })).toThrow('two commands for journeys share a name');
  });

  it('has a unique id, a summary and one tag for each operation', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain('journeys.give-consent');
    for (const { operation } of operations) {
      expect(operation.summary).not.toBe('');
      expect(operation.tags).toHaveLength(1);
    }
  });

  it('has no broken references', () => {
    const refs = [...within(document)].filter(([way]) => way.endsWith('/$ref')).map(([, ref]) => String(ref));
    expect(refs.length).toBeGreaterThan(100);
    const there = new Map([...within(document)]);
    expect(refs.filter((ref) => !there.has(ref))).toEqual([]);
  });

  it('declares exactly the parameters of each path', () => {
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((each) => 'in' in each && each.in === 'path');
      expect(declared.map(({ name }) => name)).toEqual(inPath);
    }
  });

  it.each(commands)('%s has a valid example', (path, type, name) => {
    const { schema, example } = document.paths[path]!['post']!.requestBody!.content['application/json']!;
    expect(schema).toEqual({ $ref: `#/components/schemas/${name}` });
    expect(check(type, example).errors).toEqual([]);
    expect(document.components['schemas']![name]).toMatchObject({
      type: 'object',
      additionalProperties: false,
    });
  });

  it('has valid examples of query parameters', async () => {
    const { http } = server();
    for (const { path, method, operation } of operations) {
      if (method !== 'get') continue;
      const given = (operation.parameters ?? []).filter(({ example }) => example !== undefined);
      const query = given.filter((each) => 'in' in each && each.in === 'query');
      const at = given.reduce(
        (so, { name, example }) => so.replace(`{${String(name)}}`, String(example)),
        path,
      );
      const { status } = await http
        .get(at)
        .query(Object.fromEntries(query.map(({ name, example }) => [name, example])));
      expect([path, status]).toEqual([path, path.includes('{') ? 404 : 200]);
    }
  });

  const server = serverOfAll();

  it('is served, with an interactive page that loads nothing from other servers', async () => {
    const { http } = server();
    const served = await http.get('/openapi.json').expect(200);
    expect(served.headers['content-type']).toContain('application/json');
    expect(served.body).toEqual(JSON.parse(JSON.stringify(document)));
    const page = await http.get('/docs').expect(200);
    const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, asset]) => String(asset));
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) {
      expect(asset).toMatch(/^\.\/docs\//);
      await http.get(asset.slice(1)).expect(200);
    }
  });
});

describe('examples of answers', () => {
  const examples = operations.flatMap(({ path, method, operation }) =>
    Object.entries(operation.responses).flatMap(([status, { content = {} }]) =>
      Object.entries(content).flatMap(([type, { example }]) =>
        example === undefined
          ? []
          : [{ path, method: method.toUpperCase(), status: Number(status), type, example }],
      ),
    ),
  );

  it.each(examples)('match their schema: $method $path $status', ({ example, ...answered }) => {
    demandDocumented({ ...answered, text: JSON.stringify(example) });
    expect(() =>
      demandDocumented({ ...answered, text: JSON.stringify({ ...(example as object), surplus: 1 }) }),
    ).toThrow('additional properties');
  });

  it('exist for every answer in JSON', () => {
    const answered = operations.flatMap(({ operation }) =>
      Object.values(operation.responses).filter(({ content = {} }) => 'application/json' in content),
    );
    expect(answered.length).toBeGreaterThan(operations.length - 3);
    expect(examples).toHaveLength(answered.length);
  });

  it('have schemas that declare the fields of every object', () => {
    const open = [...within({ paths: document.paths, components: document.components })].filter(
      ([way, value]) =>
        /(responses|components\/schemas)\//.test(way) &&
        typeof value === 'object' &&
        (value as { type?: string } | null)?.type === 'object' &&
        !('additionalProperties' in value!),
    );
    expect(open.map(([way]) => way)).toEqual([]);
  });
});
